"""Rows of the outbox at rest, as they are claimed and done."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, exists, literal_column, or_, select, update

from authme.kernel.clock import CLOCK_SKEW_MS
from authme.kernel.database import Database, Row, Statement, Transaction, contained_in
from authme.outbox.back_off import LONGEST_MS
from authme.outbox.tables import outbox

_CLAIM_TRIES = 5
"""Another process may claim what was found; then there may be more."""
# Spelled out, not bound: otherwise no engine could tell that the index of pending rows serves.
_PENDING: ColumnElement[str] = literal_column("'PENDING'")
_is_pending = outbox.c.state == _PENDING


def _is_free(row: FromClause) -> ColumnElement[bool]:
    return or_(row.c.claimed_until <= bindparam("now"), row.c.claimed_until > bindparam("farthest_claim"))


_other = outbox.alias("other")
_waits_with_it = and_(_other.c.state == _PENDING, _other.c.order_key == outbox.c.order_key)
_first_of_its_key = (
    select(_other.c.id)
    .where(_waits_with_it)
    .order_by(_other.c.order_no)
    .limit(literal_column("1"))
    .correlate(outbox)
    .scalar_subquery()
)
# One after it, which was begun when this one had failed, and now waits again.
_is_other_begun = exists().where(_waits_with_it, _other.c.id != outbox.c.id, ~_is_free(_other))
_is_due = and_(
    _is_pending,
    # A time that no back-off reaches was written before the clock was moved back.
    or_(outbox.c.due_at <= bindparam("now"), outbox.c.due_at > bindparam("farthest_due")),
    _is_free(outbox),
    or_(outbox.c.order_key.is_(None), and_(outbox.c.id == _first_of_its_key, ~_is_other_begun)),
)
_DUE = Statement(
    select(outbox.c.id, outbox.c.order_key)
    .where(outbox.c.kind == bindparam("of_kind"), outbox.c.channel == bindparam("of_channel"), _is_due)
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("at_most"))
)
# What made a row due is asked once more: on PostgreSQL of two that claim it at once the second finds it claimed.
_CLAIM = Statement(
    update(outbox)
    .where(contained_in(outbox.c.id, "ids"), _is_due)
    .values(claimed_by=bindparam("claim"), claimed_until=bindparam("until"))
)
_CLAIMED = Statement(
    select(outbox)
    .where(contained_in(outbox.c.id, "ids"), outbox.c.claimed_by == bindparam("claim"), _is_pending)
    .order_by(outbox.c.due_at, outbox.c.id)
)
_IS_OVER = {"claimed_by": None, "claimed_until": 0}
_IS_TRIED = _IS_OVER | {"attempts": outbox.c.attempts + 1}
_is_mine = and_(outbox.c.id == bindparam("of_row"), outbox.c.claimed_by == bindparam("claim"), _is_pending)
# Whoever holds the claim by now: that it is done is true for all.
_DONE = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("of_row"), _is_pending)
    .values(_IS_TRIED | {"state": "SENT", "payload": None, "fault": None, "done_at": bindparam("now")})
)
_LATER = Statement(
    update(outbox).where(_is_mine).values(_IS_TRIED | {"due_at": bindparam("due_at"), "fault": bindparam("fault")})
)
# What waits for it is not looked at until then: of all that is due it would be what is due for the longest.
_LATER_BEHIND = Statement(
    update(outbox)
    .where(outbox.c.order_key == bindparam("of_key"), _is_pending, outbox.c.due_at < bindparam("due_at"))
    .values(due_at=bindparam("due_at"))
)
_NEVER = Statement(
    update(outbox)
    .where(_is_mine)
    .values(_IS_TRIED | {"state": "FAILED", "done_at": bindparam("now"), "fault": bindparam("fault")})
)
_GIVE_BACK = Statement(
    update(outbox)
    .where(contained_in(outbox.c.id, "ids"), contained_in(outbox.c.claimed_by, "claims"), _is_pending)
    .values(_IS_OVER)
)


async def claim(
    database: Database,
    *,
    kind: str,
    channel: str,
    at_most: int,
    lease: timedelta,
    now: int,
    but: Collection[str],
    but_keys: Collection[str],
) -> list[Row]:
    """Claim rows that are due, the longest due first, for the length of the lease; return those that are claimed.

    A row is claimed by one only, until the lease is over: then whoever holds it is taken to be dead. Of the rows of one order
    key one at most is claimed, the first. Rows of `but`, or of an order key of `but_keys`, are not to be claimed.
    """
    lease_ms = lease // timedelta(milliseconds=1)
    due: dict[str, Any] = {
        "now": now,
        "farthest_due": now + LONGEST_MS + CLOCK_SKEW_MS,
        "farthest_claim": now + lease_ms + CLOCK_SKEW_MS,
    }
    for _ in range(_CLAIM_TRIES):
        found = await database.reader().all(_DUE, of_kind=kind, of_channel=channel, at_most=at_most + len(but), **due)
        ids = [row["id"] for row in found if row["id"] not in but and row["order_key"] not in but_keys][:at_most]
        rows = await _claim(database, ids, due, until=now + lease_ms) if ids else []
        if rows or not ids:
            return rows
    return []


async def _claim(database: Database, ids: list[str], due: dict[str, Any], *, until: int) -> list[Row]:
    token = secrets.token_hex(8)

    async def work(tx: Transaction) -> list[Row]:
        if not await tx.run(_CLAIM, ids=ids, claim=token, until=until, **due):
            return []
        return await tx.all(_CLAIMED, ids=ids, claim=token)

    return await database.unit(work)


async def note_done(tx: Transaction, row_id: str, *, now: int) -> bool:
    """Note that a row is done, and erase what was in it."""
    return await tx.run(_DONE, of_row=row_id, now=now) == 1


async def note_later(tx: Transaction, row_id: str, *, order_key: str | None, claim: str, due_at: int, fault: str) -> bool:
    """Note when a row is to be tried again; False if the claim ran out and is another's."""
    if not await tx.run(_LATER, of_row=row_id, claim=claim, due_at=due_at, fault=fault):
        return False
    if order_key is not None:
        await tx.run(_LATER_BEHIND, of_key=order_key, due_at=due_at)
    return True


async def note_never(tx: Transaction, row_id: str, *, claim: str, now: int, fault: str) -> bool:
    """Note that a row was refused for good; False if the claim ran out and is another's.

    What is in it is kept until it is swept, so that an operator may have it tried once more.
    """
    return await tx.run(_NEVER, of_row=row_id, claim=claim, now=now, fault=fault) == 1


async def give_back(tx: Transaction, claims: dict[str, str]) -> int:
    """End claims, row by claim, without a try; return how many."""
    return await tx.run(_GIVE_BACK, ids=list(claims), claims=list(set(claims.values())))
