"""Sessions: what one login proved, and for how long it speaks."""

import msgspec


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One login of a user (or of a client alone, when `user_id` is None). Times are epoch milliseconds."""

    id: str
    user_id: str | None
    client_id: str
    level: str | None
    """Highest rung of the user's ladder that this session has proved."""
    client_level: str
    amr: tuple[str, ...]
    """Authentication methods (RFC 8176)."""
    proofs: dict[str, int]
    """When each of them was proved last; and of an account elsewhere by which it began, whose mailbox that is, unreadably."""
    extra: tuple[str, ...]
    """Atoms granted to this session alone, as AUTH-SMART."""
    business_id: str | None
    device_id: str | None
    """The device that it began on, by the application's own name for it."""
    auth_at: int
    created_at: int
    expires_at: int
    """Absolute end: no renewal reaches beyond it."""


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a session still speaks for its user, and what the user holds today."""

    is_open: bool
    user_id: str | None
    expires_at: int
    user_atoms: frozenset[str]
    organization_id: str | None
    business_id: str | None
    """The business that the user belongs to today."""
