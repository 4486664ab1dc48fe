"""Write the record out."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import product
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from authme.audit.model import COLUMNS, event_of
from authme.audit.tables import audit_event
from authme.kernel.database import Database, Statement

_FOREVER = 2**62
_encode = msgspec.json.Encoder().encode


def _statement(*, by_user: bool, by_action: bool) -> Statement:
    found = select(*(audit_event.c[name] for name in COLUMNS))
    found = found.where(audit_event.c.at >= bindparam("since"), audit_event.c.at < bindparam("until"))
    if by_user:
        found = found.where(audit_event.c.user_id == bindparam("user"))
    if by_action:
        found = found.where(audit_event.c.action == bindparam("action"))
    return Statement(found.order_by(audit_event.c.id))


_EXPORT = {
    (by_user, by_action): _statement(by_user=by_user, by_action=by_action)
    for by_user, by_action in product((False, True), repeat=2)
}


async def export(
    database: Database,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    user: str | None = None,
    action: str | None = None,
) -> AsyncIterator[bytes]:
    """Yield the events as JSON lines, each with its newline, in the order of their ids.

    From `since` on and before `until`; the times need a zone. The record is read as it stands at one moment, in batches:
    memory does not grow with it.
    """
    given: dict[str, Any] = {name: value for name, value in (("user", user), ("action", action)) if value is not None}
    statement = _EXPORT["user" in given, "action" in given]
    given |= {"since": _ms(since) if since else 0, "until": _ms(until) if until else _FOREVER}
    async for rows in database.stream(statement, **given):
        for row in rows:
            yield _encode(event_of(row)) + b"\n"


def _ms(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a time with its zone is expected")
    return int(moment.timestamp() * 1000)
