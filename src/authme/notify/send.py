"""Send a message to a person, with the unit of work."""

from typing import Literal

import msgspec

from authme.kernel.context import Context
from authme.outbox.enqueue import enqueue
from authme.outbox.model import NOBODY
from authme.settings import MessageSettings

KIND = "MESSAGE"
Channel = Literal["EMAIL", "SMS"]
Message = Literal[
    "code",
    "password_changed",
    "factor_added",
    "factor_changed",
    "factor_removed",
    "contact_changed",
    "device_associated",
    "logon_linked",
    "account_linked",
    "account_unlinked",
    "remember_me_stolen",
    "account_removed",
]
VALUES: dict[Message, frozenset[str]] = {
    "code": frozenset({"code", "minutes", "purpose"}),
    "password_changed": frozenset(),
    "factor_added": frozenset({"factor"}),
    "factor_changed": frozenset({"factor"}),
    "factor_removed": frozenset({"factor"}),
    "contact_changed": frozenset({"contact"}),
    "device_associated": frozenset({"device"}),
    "logon_linked": frozenset(),
    "account_linked": frozenset({"account", "provider"}),
    "account_unlinked": frozenset({"account"}),
    "remember_me_stolen": frozenset(),
    "account_removed": frozenset(),
}
"""What each message has to be given. `purpose` is that of the challenge; `factor` is EMAIL, MOBILE, TOTP, PASSKEY or
RECOVERY_CODES; `contact` is EMAIL or MOBILE; `device` is what its owner calls it; `account` is CERTIFICATE, FEDERATED or
SAML; `provider` is what an identity provider is called, empty for a certificate."""

# As long as many an address, so that a row for nobody is not the shorter one.
_NOBODY = "somebody.unknown@example.invalid"


class Recipient(msgspec.Struct, frozen=True):
    """Where a message goes: an e-mail address as typed, or a mobile number in digits with its country code."""

    channel: Channel
    address: str

    def __repr__(self) -> str:
        return f"Recipient({self.channel})"


def recipient_at(contact_type: str, address: str) -> Recipient:
    """Return where an EMAIL or MOBILE contact is reached."""
    return Recipient("EMAIL" if contact_type == "EMAIL" else "SMS", address)


def send(
    ctx: Context, to: Recipient | None, message: Message, *, user_id: str | None, language: str | None, **values: str | int
) -> None:
    """Send a message once the unit of work is committed; in the server's language where none is known.

    Without a recipient the same is done for a made-up one and nothing is sent: a name that nobody has takes as long as one
    that somebody has. Values other than those of `VALUES` are a defect (TypeError).
    """
    if values.keys() != VALUES[message]:
        raise TypeError(f"{message} takes {sorted(VALUES[message])}, not {sorted(values)}")
    enqueue(
        ctx,
        kind=KIND,
        channel=to.channel if to is not None else NOBODY,
        payload={
            "to": to.address if to is not None else _NOBODY,
            "message": message,
            "language": language or ctx.part(MessageSettings).language,
            "at": ctx.clock.now_ms(),
            "values": values,
        },
        user_id=user_id,
    )
