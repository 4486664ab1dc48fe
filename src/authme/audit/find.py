"""Find audit rows."""

from itertools import product

from sqlalchemy import bindparam, select

from authme.audit.model import COLUMNS, AuditEvent, event_of
from authme.audit.tables import audit_event
from authme.kernel.database import Reader, Statement


def _statement(*, by_target: bool, by_user: bool) -> Statement:
    found = select(*(audit_event.c[name] for name in COLUMNS))
    if by_target:
        found = found.where(audit_event.c.target == bindparam("target"))
    if by_user:
        found = found.where(audit_event.c.user_id == bindparam("user"))
    return Statement(found.order_by(audit_event.c.at.desc(), audit_event.c.id.desc()).limit(bindparam("at_most")))


# One statement for each set of filters: each has its own index.
_LIST = {
    (by_target, by_user): _statement(by_target=by_target, by_user=by_user)
    for by_target, by_user in product((False, True), repeat=2)
}


async def list_events(
    reader: Reader, *, target: str | None = None, user: str | None = None, limit: int = 50
) -> list[AuditEvent]:
    """Return the newest events, the newest first: on `target`, by `user`, or both. Without either it reads every row."""
    given = {name: value for name, value in (("target", target), ("user", user)) if value is not None}
    return [event_of(row) for row in await reader.all(_LIST["target" in given, "user" in given], at_most=limit, **given)]
