"""What a seal is a digest of."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from authme.crypto.sealing import MasterKey
from authme.kernel.database import Row

FIELDS: Final = ("id", "at", "action", "result", "client_id", "user_id", "target", "source", "request_id", "detail")
"""The columns under the seal, in this order."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
GENESIS: Final = bytes(32)
"""What stands for the digest before the first seal."""
CHECK_BYTES: Final = 4
_FORMAT: Final = 1

_pack = msgspec.msgpack.Encoder().encode
_POSITIONS: Final = range(len(FIELDS))


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal. Noted outside the database, it later shows that no seal before it was taken away."""

    number: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NUMBER:HEX`; raise ValueError."""
        number, _, digest = text.strip().partition(":")
        if not (number.isascii() and number.isdecimal() and _DIGEST.fullmatch(digest)):
            raise ValueError("A head is a number, a colon and 64 hex digits.")
        return cls(int(number), bytes.fromhex(digest))


NO_HEAD: Final = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Header:
    """What a seal says about its rows."""

    number: int
    first_id: int
    last_id: int
    row_count: int
    sealed_at: int


class Sealer:
    """Makes the digests of seals, under keys derived from the master key.

    Stored format, kept for ever: HMAC-SHA256(key, digest of the seal before || header || rows). The header is the MessagePack
    array of 1 (the format), number, first_id, last_id, row_count and sealed_at; each row is the MessagePack array of its
    `FIELDS`, in the order of the ids; every value in its shortest form. MessagePack values end by themselves, so no two lists
    of rows give the same bytes.

    A row's check is BLAKE2s-32 of the same bytes under a second key. The checks stand beside the seal so that a broken one
    can be traced to its rows; they prove nothing themselves.
    """

    __slots__ = ("_check_key", "_key")

    def __init__(self, master_key: MasterKey) -> None:
        self._key = master_key.derive("audit-seal")
        self._check_key = master_key.derive("audit-row-check")

    def __repr__(self) -> str:
        return "Sealer(...)"

    def begin(self, previous: bytes, header: Header) -> hmac.HMAC:
        """Return the digest's state before the first row, to be given the encoded rows."""
        fields = (_FORMAT, header.number, header.first_id, header.last_id, header.row_count, header.sealed_at)
        return hmac.new(self._key, previous + _pack(fields), "sha256")

    def digest(self, previous: bytes, header: Header, rows: Iterable[bytes]) -> bytes:
        """Return the digest of a seal over encoded rows."""
        state = self.begin(previous, header)
        state.update(b"".join(rows))
        return state.digest()

    def check(self, row: bytes) -> bytes:
        """Return the check of an encoded row."""
        return hashlib.blake2s(row, key=self._check_key, digest_size=CHECK_BYTES).digest()


def encode(row: Row) -> bytes:
    """Return the bytes of a row that was read with `FIELDS` first."""
    return _pack([row[position] for position in _POSITIONS])
