"""What is in the outbox, for an operator."""

from collections.abc import AsyncIterator
from typing import get_args

from sqlalchemy import bindparam, select

from authme.kernel.database import Reader, Row, Statement, contained_in
from authme.outbox.model import Entry, State
from authme.outbox.tables import outbox

_PAGE = 500
_SHOWN = [outbox.c[name] for name in Entry.__struct_fields__]
_IN_STATES = Statement(
    select(*_SHOWN)
    .where(outbox.c.id > bindparam("after"), outbox.c.kind == bindparam("of_kind"), contained_in(outbox.c.state, "states"))
    .order_by(outbox.c.id)
    .limit(_PAGE)
)
_IN_ORDER = Statement(select(*_SHOWN).where(outbox.c.order_key == bindparam("of_key")).order_by(outbox.c.order_no, outbox.c.id))
_FIND = Statement(select(*_SHOWN).where(outbox.c.id == bindparam("of_row")))


async def list_entries(reader: Reader, kind: str, *, state: State | None = None) -> AsyncIterator[Entry]:
    """Yield the rows of a kind, the oldest first; never what is in them."""
    states, after = list(get_args(State) if state is None else (state,)), ""
    while True:
        rows = await reader.all(_IN_STATES, after=after, of_kind=kind, states=states)
        for row in rows:
            yield _entry(row)
        if len(rows) < _PAGE:
            return
        after = rows[-1]["id"]


async def list_in_order(reader: Reader, order_key: str) -> list[Entry]:
    """Return the rows of an order key by their numbers; those that are long over are gone."""
    return [_entry(row) for row in await reader.all(_IN_ORDER, of_key=order_key)]


async def find_entry(reader: Reader, row_id: str) -> Entry | None:
    """Return a row, None if there is none or it is long over."""
    row = await reader.one(_FIND, of_row=row_id)
    return _entry(row) if row else None


def _entry(row: Row) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__struct_fields__})
