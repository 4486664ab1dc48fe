"""Factors: what people prove themselves with beside a password."""

from typing import Literal

import msgspec

from authme.sessions.levels import Method
from authme.users import names
from authme.users.masking import mask_email, mask_mobile

ContactType = Literal["EMAIL", "MOBILE", "TOTP", "PASSKEY", "RECOVERY_CODES"]
CONTACTS: frozenset[ContactType] = frozenset({"EMAIL", "MOBILE"})
METHODS: dict[ContactType, Method] = {
    "EMAIL": "otp",
    "MOBILE": "sms",
    "TOTP": "otp",
    "PASSKEY": "pop",
    "RECOVERY_CODES": "otp",
}
MARK = "MARKED_RESOURCES"
"""The tag that shows an alternative contact to clients of that visibility."""
AT_MOST = 20
"""Factors of one user, beside their main contacts."""


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """One factor of a user. Times are epoch milliseconds.

    A contact that is also a name of the user (`is_credential`) is kept as that name and has its id; all others are rows of
    their own.
    """

    id: str
    user_id: str
    contact_type: ContactType
    value: str | None = None
    """The address or number of a contact."""
    name: str | None = None
    """What its owner calls a passkey or an app."""
    tags: tuple[str, ...] = ()
    is_credential: bool = False
    is_main: bool = False
    is_to_be_main: bool = False
    """A changed contact that takes the place of the main one once its code came back."""
    is_verified: bool
    created_at: int
    secret_sealed: bytes | None = None
    last_step: int = 0
    """The newest time step of an authenticator app that was used."""
    credential_id: bytes | None = None
    public_key: bytes | None = None
    sign_count: int = 0

    @property
    def method(self) -> Method:
        """How a proof by this factor is called."""
        return METHODS[self.contact_type]

    @property
    def reached_as(self) -> str:
        """What codes to a contact are counted under."""
        return f"{self.contact_type}:{self.key}"

    @property
    def key(self) -> str | None:
        """What two contacts of one type have in common when they are the same: names are compared so."""
        return names.email(self.value).key if self.contact_type == "EMAIL" and self.value is not None else self.value

    @property
    def masked(self) -> str | None:
        """The contact as it is shown."""
        if self.value is None:
            return None
        return mask_email(self.value) if self.contact_type == "EMAIL" else mask_mobile(self.value)
