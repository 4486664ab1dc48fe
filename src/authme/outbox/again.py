"""Have what failed tried again, or take back what is not done: an operator's decisions."""

from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, literal_column, or_, select, true, update

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.errors import StateForbids
from authme.outbox.box import Outbox
from authme.outbox.tables import outbox

_PRECEDENCE_MS: Final = 1_000

_PENDING: ColumnElement[str] = literal_column("'PENDING'")
_may_be_tried = and_(outbox.c.kind == bindparam("of_kind"), outbox.c.state == "FAILED", outbox.c.payload.is_not(None))
_is_idle = or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_until <= bindparam("now"))


def _retry(which: ColumnElement[bool]) -> Statement:
    return Statement(
        update(outbox)
        .where(which, _may_be_tried)
        # As if it were new: it is tried for as many days as any other.
        .values(state="PENDING", attempts=0, due_at=bindparam("now"), created_at=bindparam("now"), done_at=None, fault=None)
    )


def _step_aside(which: ColumnElement[bool]) -> Statement:
    """Put off what waits under the same order keys.

    Without this, on PostgreSQL one of them could be claimed at the very moment at which one before it comes to wait again.
    """
    keys = select(outbox.c.order_key).where(which, _may_be_tried, outbox.c.order_key.is_not(None))
    return Statement(
        update(outbox)
        .where(
            outbox.c.order_key.in_(keys),
            outbox.c.state == _PENDING,
            outbox.c.due_at < bindparam("not_before"),
            _is_idle,
        )
        .values(due_at=bindparam("not_before"))
    )


_is_row = outbox.c.id == bindparam("of_row")
_RETRY, _RETRY_ALL = _retry(_is_row), _retry(true())
_STEP_ASIDE, _STEP_ALL_ASIDE = _step_aside(_is_row), _step_aside(true())
_CANCEL = Statement(
    update(outbox)
    .where(_is_row, outbox.c.kind == bindparam("of_kind"))
    .where(or_(outbox.c.state == "FAILED", and_(outbox.c.state == _PENDING, _is_idle)))
    .values(state="CANCELLED", payload=None, done_at=bindparam("now"), claimed_by=None, claimed_until=0, fault="taken back")
)


async def retry(ctx: Context, kind: str, row_id: str) -> None:
    """Have a row of this kind that failed tried again; raise StateForbids if it did not fail, or was swept."""
    now = ctx.clock.now_ms()
    await ctx.tx.run(_STEP_ASIDE, of_kind=kind, of_row=row_id, now=now, not_before=now + _PRECEDENCE_MS)
    if not await ctx.tx.run(_RETRY, of_kind=kind, of_row=row_id, now=now):
        raise StateForbids("There is no such row that failed.")
    record(ctx, "outbox.retried", row_id)
    ctx.tx.after_commit(ctx.part(Outbox).wake)


async def retry_all(ctx: Context, kind: str) -> int:
    """Have every row of this kind that failed tried again; return how many."""
    now = ctx.clock.now_ms()
    await ctx.tx.run(_STEP_ALL_ASIDE, of_kind=kind, now=now, not_before=now + _PRECEDENCE_MS)
    count = await ctx.tx.run(_RETRY_ALL, of_kind=kind, now=now)
    record(ctx, "outbox.retried", None, rows=count)
    ctx.tx.after_commit(ctx.part(Outbox).wake)
    return count


async def cancel(ctx: Context, kind: str, row_id: str) -> None:
    """Take back a row of this kind and erase what is in it; raise StateForbids if it is done, or being done at this moment."""
    if not await ctx.tx.run(_CANCEL, of_kind=kind, of_row=row_id, now=ctx.clock.now_ms()):
        raise StateForbids("There is no such row that waits or failed.")
    record(ctx, "outbox.cancelled", row_id)
