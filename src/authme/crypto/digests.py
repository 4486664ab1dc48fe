"""Keyed digests of secrets, and values derived from them."""

import hmac
from typing import Final, NewType

TokenHash = NewType("TokenHash", bytes)
"""The stored form of a secret that the server gave out or was given: 32 bytes, useless without the digest key."""

_VARIANTS: Final = "89ab"


class Digester:
    """HMAC-SHA256 under one key, apart for each purpose.

    Stored format, kept for ever: HMAC-SHA256(key, length of purpose in 2 bytes || purpose || value), text in UTF-8. With the
    length before it no purpose and value can pass for another pair. Purposes are constants of the code: the state after each
    is kept, for this runs several times in each request.
    """

    __slots__ = ("_key", "_states")

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:  # noqa: PLR2004  # RFC 2104 section 3: a key not shorter than the digest
            raise ValueError("A digest key has at least 32 bytes.")
        self._key = key
        self._states: dict[str, hmac.HMAC] = {}

    def __repr__(self) -> str:
        return "Digester(...)"

    def digest(self, purpose: str, value: str | bytes) -> TokenHash:
        """Return 32 bytes; text and its UTF-8 bytes give the same. Any text is taken, also lone surrogates."""
        state = self._states.get(purpose)
        if state is None:
            state = self._begin(purpose)
        mac = state.copy()
        mac.update(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value)
        return TokenHash(mac.digest())

    def matches(self, purpose: str, value: str | bytes, stored: bytes) -> bool:
        """Whether `stored` is the digest of `value`, in time that does not tell how much of it is right."""
        return hmac.compare_digest(self.digest(purpose, value), stored)

    def derive_uuid(self, purpose: str, value: str | bytes) -> str:
        """Return a UUID that only the holder of the key can foretell, always the same for the same value.

        It has the shape of a random one (RFC 9562 section 5.4): 122 bits of the digest.
        """
        bits = self.digest(purpose, value).hex()
        variant = _VARIANTS[int(bits[16], 16) & 3]
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-{variant}{bits[17:20]}-{bits[20:32]}"

    def _begin(self, purpose: str) -> hmac.HMAC:
        name = purpose.encode()
        state = hmac.new(self._key, len(name).to_bytes(2, "big") + name, "sha256")
        self._states[purpose] = state
        return state
