"""An audit row as it is shown."""

from datetime import UTC, datetime

import msgspec

from authme.kernel.database import Row

COLUMNS = ("id", "at", "action", "result", "client_id", "user_id", "target", "source", "request_id", "detail", "seal")


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that was done, or refused."""

    id: int
    at: datetime
    action: str
    result: str
    client_id: str | None
    user_id: str | None
    target: str | None
    source: str | None
    request_id: str | None
    detail: msgspec.Raw | None
    seal: int | None
    """Number of the seal that the row is under; None in the moment before there is one."""


def event_of(row: Row) -> AuditEvent:
    """Return the event of a row read with `COLUMNS`."""
    values = {name: row[position] for position, name in enumerate(COLUMNS)}
    values["at"] = datetime.fromtimestamp(values["at"] / 1000, UTC)
    values["detail"] = None if values["detail"] is None else msgspec.Raw(values["detail"].encode())
    return AuditEvent(**values)
