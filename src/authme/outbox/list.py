"""What is in the outbox, for an operator."""

from collections.abc import AsyncIterator

from sqlalchemy import bindparam, select

from authme.kernel.database import Reader, Row, Statement
from authme.outbox.model import Entry, State
from authme.outbox.tables import outbox

_PAGE = 500
_SHOWN = [outbox.c[name] for name in Entry.__struct_fields__]
_ALL = select(*_SHOWN).where(outbox.c.id > bindparam("after")).order_by(outbox.c.id).limit(_PAGE)
_LIST = Statement(_ALL)
_LIST_STATE = Statement(_ALL.where(outbox.c.state == bindparam("of_state")))


async def list_entries(reader: Reader, *, state: State | None = None) -> AsyncIterator[Entry]:
    """Yield the rows, the oldest first; never what is in them."""
    after = ""
    while True:
        rows = await (reader.all(_LIST, after=after) if state is None else reader.all(_LIST_STATE, after=after, of_state=state))
        for row in rows:
            yield _entry(row)
        if len(rows) < _PAGE:
            return
        after = rows[-1]["id"]


def _entry(row: Row) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__struct_fields__})
