"""What a directory says and is told, and whose logon is whose."""

from typing import Literal

import msgspec

Verdict = Literal["RIGHT", "WRONG", "EXPIRED", "REVOKED", "UNKNOWN"]
"""What a directory says to a password. EXPIRED: it is right, and has to be changed. REVOKED: see `Directory.verify`. That it
does not answer is `Unreachable`."""

LogonStatus = Literal["PENDING", "PROVISIONED", "FAILED"]
Command = Literal["PROVISION", "PASSWORD", "REVOKE", "RESUME"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A logon as its directory knows it, read at one time."""

    logon: str
    name: str | None
    document: str | None
    """CPF or CNPJ as it stands there, perhaps with punctuation, perhaps wrong."""
    email: str | None
    mobile: str | None
    default_group: str | None
    groups: tuple[str, ...]
    is_revoked: bool
    """Now: the flag, and the dates from which it is revoked and resumed, taken together."""
    mark: str | None
    """The id of the last command of ours that it was changed by."""

    def __repr__(self) -> str:
        return f"Entry({self.logon})"


class NewLogon(msgspec.Struct, frozen=True, kw_only=True):
    """A logon that a directory is to have. Nobody knows its first secret: one is set by a command of its own."""

    logon: str
    name: str | None
    document: str | None
    email: str | None
    mobile: str | None
    group: str | None
    """The default group; without one the directory's own setting."""

    def __repr__(self) -> str:
        return f"NewLogon({self.logon})"


class LegacyLogon(msgspec.Struct, frozen=True, kw_only=True):
    """A logon that belongs to a user here, or is to. Times are epoch milliseconds.

    Commands of one logon are numbered, and done in this order. A password that was set here counts alone until the directory
    has it, and for good if the directory refused it: the old one must not come back by way of the mainframe.
    """

    id: str
    logon: str
    directory: str
    user_id: str
    status: LogonStatus
    """As it was written last; `legacy.show` says what it is now."""
    created_at: int
    updated_at: int
    request_id: str | None = None
    """The outbox row of the command that makes it; None for a logon that was there before us."""
    group: str | None = None
    business_id: str | None = None
    is_chosen: bool = False
    """Whether the logon was given and is not to be replaced when it turns out to be somebody else's."""
    command_no: int = 0
    password_no: int = 0
    password_done_no: int = 0
    standing_no: int = 0
    standing_done_no: int = 0
    is_revoked: bool = False
    """Whether it was revoked when that was last known."""
    synced_at: int | None = None
    """`changed_at` of the credential here that is known to be the directory's too; None if none is."""
    rests_on: str | None = None
    """The contact whose code alone made it its user's, if they had other factors: that contact and the logon are one proof."""

    @property
    def lacks_password(self) -> bool:
        """Whether it was made by us and nobody knows a password of it: none was ordered."""
        is_made = self.request_id is not None and self.status == "PROVISIONED"
        return is_made and self.password_no == 0 and self.synced_at is None

    @property
    def has_password_pending(self) -> bool:
        """Whether a password was set here that the directory does not have."""
        return self.password_no > self.password_done_no

    @property
    def has_standing_pending(self) -> bool:
        """Whether it was revoked or resumed from here, and the directory did not do it yet."""
        return self.standing_no > self.standing_done_no
