"""Devices, and the series of tokens that log a person in on one again."""

from typing import Annotated

import msgspec
from msgspec import Meta

DeviceId = Annotated[str, Meta(min_length=1, max_length=256, description="a text of 1 to 256 characters")]
"""An application's own name for a device, of any form. It proves nothing: two people may well use one device."""
DeviceName = Annotated[
    str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,64}$", description="a line of 1 to 64 characters")
]
AT_MOST = 50
"""Devices of one user."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device that a person associated with themselves. Times are epoch milliseconds."""

    user_id: str
    device_id: str
    device_token_id: str | None
    """By which messages reach the application on it."""
    version: str | None
    name: str | None
    associated_at: int
    last_used_at: int


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """What a remember-me token belongs to: one user on one device at one client. Times are epoch milliseconds."""

    id: str
    user_id: str
    client_id: str
    device_id: str
    token_hash: bytes
    """Keyed hash of the one token that is good."""
    created_at: int
    used_at: int
    expires_at: int
