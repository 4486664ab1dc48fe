"""Encryption of stored secrets under the master key."""

import base64
import binascii
import secrets
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_VERSION: Final = b"\x01"
_HKDF_PREFIX: Final = b"authme/1/"


class SealBroken(Exception):
    """What is sealed was made under another key or context, or was changed."""


class MasterKey:
    """The one secret that stands outside the database; every other key is derived from it.

    Stored format of a sealed value, kept for ever: a version byte (1), a nonce of 12 bytes, the AES-256-GCM ciphertext with its
    tag of 16 bytes. The associated data are the version byte and the caller's context.
    """

    __slots__ = ("_cipher", "_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError(f"The master key must have {_KEY_BYTES} bytes, not {len(key)}.")
        self._key = key
        self._cipher = AESGCM(self.derive("seal"))

    def __repr__(self) -> str:
        return "MasterKey(...)"

    @classmethod
    def generate(cls) -> Self:
        """Make a new random key."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """Read a key as `to_base64` or `openssl rand -base64 32` writes it; either alphabet, padded or not.

        Raises ValueError with a text for the operator that never repeats the key.
        """
        compact = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
        try:
            key = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("The master key is not base64; make one with `openssl rand -base64 32`.") from None
        return cls(key)

    def to_base64(self) -> str:
        """Return the key as text. For showing it once, to whoever creates it."""
        return base64.b64encode(self._key).decode()

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte key for one purpose (HKDF-SHA256, RFC 5869); always the same for the same purpose."""
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=_HKDF_PREFIX + purpose.encode()).derive(self._key)

    def seal(self, plaintext: bytes, *, context: bytes) -> bytes:
        """Encrypt. `context` names the row and column, so that a sealed value moved elsewhere does not open.

        The nonce is random: one key may seal 2^32 values (NIST SP 800-38D section 8.3), far more than there are secrets.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plaintext, _VERSION + context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """Decrypt what `seal` made under the same context; raise SealBroken."""
        if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
            raise SealBroken("The sealed value is cut short or of an unknown version.")
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, _VERSION + context)
        except InvalidTag as error:
            raise SealBroken("The sealed value does not open under this master key and context.") from error
