"""Times as they are shown."""

from datetime import UTC, datetime

_MS = 1000


def moment(at_ms: int) -> datetime:
    """Return epoch milliseconds as a time in UTC, which is written as RFC 3339."""
    return datetime.fromtimestamp(at_ms / _MS, UTC)
