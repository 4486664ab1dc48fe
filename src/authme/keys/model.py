"""What a signing key is to the server."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import msgspec

from authme.crypto.jose import Algorithm
from authme.kernel.errors import Unavailable

KeyState = Literal["NEXT", "CURRENT", "RETIRED"]
"""NEXT is published and does not sign yet; CURRENT signs, one for each algorithm; RETIRED only verifies what it signed."""

TOPIC = "keys"
"""The topic of `database.changes`; its keys are the algorithms."""

LEEWAY = timedelta(days=1)
"""How much longer than the longest access token a retired key is kept: for workers that hear of the rotation late, and for
clients that were given a longer life than the setting says now."""


class MasterKeyWrong(Exception):
    """A stored private key does not open: the master key is not the one it was sealed with, or the row was changed."""


class NoSigningKey(Unavailable):
    """There is no key that signs with this algorithm: `ensure` was not called when it came into use."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row of the table. Times are milliseconds."""

    kid: str
    alg: Algorithm
    state: KeyState
    private_sealed: bytes
    created_at: int
    activated_at: int | None
    retired_at: int | None
    delete_after: int | None


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A key as an operator sees it. Times are milliseconds."""

    kid: str
    alg: str
    state: str
    created_at: int
    activated_at: int | None
    retired_at: int | None
    delete_after: int | None
