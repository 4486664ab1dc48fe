"""The form of an API key: 32 random bytes in standard base64, 44 characters."""

import base64
import re
import secrets
from typing import Annotated

from msgspec import Meta

from authme.crypto.digests import Digester, TokenHash
from authme.kernel.errors import malformed

KeyText = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9+/]{43}=$",
        min_length=44,
        max_length=44,
        description="32 random bytes in standard base64 (44 characters)",
    ),
]
_FORM = re.compile(r"[A-Za-z0-9+/]{43}=")
_PURPOSE = "api-key"
_BYTES = 32
_LEAST_VARIED = 16
"""Of 32 random bytes some 30 differ; that fewer than 16 do will not happen before the end of the world."""


def new_key() -> str:
    """Return a new key."""
    return base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def has_form(offered: str) -> bool:
    """Whether this may be a key at all; nothing else is worth a look into the database."""
    return _FORM.fullmatch(offered) is not None


def check_random(key: str) -> None:
    """Raise FieldsRefused (102) for a key that nobody drew: zeros, a pattern, or base64 with bits that mean nothing."""
    raw = base64.b64decode(key)
    if base64.b64encode(raw).decode() != key or len(set(raw)) < _LEAST_VARIED:
        raise malformed("apiKey", "32 random bytes in standard base64 (44 characters) are expected")


def hash_of(digester: Digester, key: str) -> TokenHash:
    """Return what is kept of a key."""
    return digester.digest(_PURPOSE, key)


def last_four_of(key: str) -> str:
    """Return the characters by which people tell their keys apart."""
    return key[-4:]
