"""API keys as they are kept."""

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a client, without the key itself. Times are epoch milliseconds."""

    id: str
    app_id: str
    client_id: str
    description: str | None
    key_hash: bytes
    last_four: str
    previous_hash: bytes | None
    """The key before the last rotation, good until `previous_until`."""
    previous_until: int | None
    expires_at: int | None
    last_used_at: int | None
    created_at: int
    updated_at: int

    def is_expired(self, now: int) -> bool:
        """Whether its own time is over, whatever it is rotated to."""
        return self.expires_at is not None and self.expires_at <= now
