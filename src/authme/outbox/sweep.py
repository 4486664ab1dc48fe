"""Give up what could not be done for too long, and delete what is long over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, delete, literal_column, or_, select, update

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.outbox.tables import outbox

_MILLISECOND: Final = timedelta(milliseconds=1)
SENT_KEPT: Final = timedelta(days=1)
FAILED_KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 5000
"""On SQLite these statements run on the event loop's thread; the rest waits for the next minute."""
_log = structlog.get_logger(__name__)

_EXPIRED = (
    select(outbox.c.id)
    .where(
        outbox.c.state == literal_column("'PENDING'"),
        outbox.c.kind == bindparam("of_kind"),
        outbox.c.created_at < bindparam("made_before"),
        outbox.c.claimed_until <= bindparam("now"),
    )
    .limit(_AT_ONCE)
)
_GIVE_UP = Statement(
    update(outbox)
    .where(outbox.c.id.in_(_EXPIRED), outbox.c.state == literal_column("'PENDING'"))
    .values(
        state="FAILED",
        done_at=bindparam("now"),
        claimed_by=None,
        claimed_until=0,
        fault=bindparam("given_up"),
    )
)
_OVER = (
    select(outbox.c.id)
    .where(
        or_(outbox.c.state == "SENT", outbox.c.done_at < bindparam("failed_before")),
        outbox.c.done_at < bindparam("sent_before"),
    )
    .limit(_AT_ONCE)
)
_DELETE = Statement(delete(outbox).where(outbox.c.id.in_(_OVER)))


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many days rows are tried, by their kind."""

    days: Mapping[str, int]


async def sweep(ctx: Context) -> int:
    """Give up rows that are older than those of their kind are tried for, and delete those that are long over.

    Return how many.
    """
    now = ctx.clock.now_ms()
    given_up = sum([await _give_up(ctx, kind, days, now=now) for kind, days in ctx.part(Patience).days.items()])
    return given_up + await ctx.tx.run(
        _DELETE, sent_before=now - SENT_KEPT // _MILLISECOND, failed_before=now - FAILED_KEPT // _MILLISECOND
    )


async def _give_up(ctx: Context, kind: str, days: int, *, now: int) -> int:
    made_before, fault = now - timedelta(days=days) // _MILLISECOND, f"not done within {days} days"
    count = await ctx.tx.run(_GIVE_UP, of_kind=kind, made_before=made_before, now=now, given_up=fault)
    if count:
        _log.warning("outbox.given_up", kind=kind, rows=count)
    return count
