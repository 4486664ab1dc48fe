"""Have what failed tried again, or take back what is not done: an operator's decisions."""

from sqlalchemy import ColumnElement, and_, bindparam, or_, true, update

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.errors import StateForbids
from authme.outbox.box import Outbox
from authme.outbox.tables import outbox


def _retry(which: ColumnElement[bool]) -> Statement:
    return Statement(
        update(outbox)
        .where(which, outbox.c.state == "FAILED", outbox.c.payload.is_not(None))
        # As if it were new: it is tried for as many days as any other.
        .values(state="PENDING", attempts=0, due_at=bindparam("now"), created_at=bindparam("now"), done_at=None, fault=None)
    )


_RETRY = _retry(outbox.c.id == bindparam("of_row"))
_RETRY_ALL = _retry(true())
_is_idle = or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_until <= bindparam("now"))
_CANCEL = Statement(
    update(outbox)
    .where(
        outbox.c.id == bindparam("of_row"),
        or_(outbox.c.state == "FAILED", and_(outbox.c.state == "PENDING", _is_idle)),
    )
    .values(state="CANCELLED", payload=None, done_at=bindparam("now"), claimed_by=None, claimed_until=0, fault="taken back")
)


async def retry(ctx: Context, row_id: str) -> None:
    """Have a row that failed tried again; raise StateForbids if it did not fail, or was swept."""
    if not await ctx.tx.run(_RETRY, of_row=row_id, now=ctx.clock.now_ms()):
        raise StateForbids("There is no such row that failed.")
    record(ctx, "outbox.retried", row_id)
    ctx.tx.after_commit(ctx.part(Outbox).wake)


async def retry_all(ctx: Context) -> int:
    """Have every row that failed tried again; return how many."""
    count = await ctx.tx.run(_RETRY_ALL, now=ctx.clock.now_ms())
    record(ctx, "outbox.retried", None, rows=count)
    ctx.tx.after_commit(ctx.part(Outbox).wake)
    return count


async def cancel(ctx: Context, row_id: str) -> None:
    """Take back a row and erase what is in it; raise StateForbids if it is done, or being done at this moment."""
    if not await ctx.tx.run(_CANCEL, of_row=row_id, now=ctx.clock.now_ms()):
        raise StateForbids("There is no such row that waits or failed.")
    record(ctx, "outbox.cancelled", row_id)
