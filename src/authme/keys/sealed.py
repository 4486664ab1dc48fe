"""Private keys as they are stored: sealed under the master key."""

import asyncio
import json
from dataclasses import dataclass

from authme.crypto.jose import Algorithm, KeyRefused, PrivateKey, generate
from authme.crypto.sealing import MasterKey, SealBroken
from authme.keys.model import MasterKeyWrong, StoredKey


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, ready to be stored."""

    kid: str
    alg: Algorithm
    public_jwk: str
    private_sealed: bytes


async def make_key(master_key: MasterKey, alg: Algorithm) -> NewKey:
    """Make a key, on a thread: RSA takes a tenth of a second or more."""
    return await asyncio.to_thread(_make, master_key, alg)


async def open_keys(master_key: MasterKey, stored: list[StoredKey]) -> list[PrivateKey]:
    """Open sealed keys, on a thread: the check of one RSA key takes as long as many signatures. Raises MasterKeyWrong."""
    return await asyncio.to_thread(lambda: [_open(master_key, key) for key in stored]) if stored else []


def _make(master_key: MasterKey, alg: Algorithm) -> NewKey:
    key = generate(alg)
    sealed = master_key.seal(key.to_der(), context=_context(key.kid, alg))
    return NewKey(key.kid, alg, json.dumps(key.public_jwk(), separators=(",", ":"), sort_keys=True), sealed)


def _open(master_key: MasterKey, stored: StoredKey) -> PrivateKey:
    try:
        key = PrivateKey.from_der(master_key.open(stored.private_sealed, context=_context(stored.kid, stored.alg)), stored.alg)
    except (SealBroken, KeyRefused) as error:
        raise MasterKeyWrong(_explanation(stored.kid)) from error
    if key.kid != stored.kid:
        raise MasterKeyWrong(_explanation(stored.kid))
    return key


def _context(kid: str, alg: str) -> bytes:
    # Also the algorithm: whoever can write the table could else have an RS512 key sign PS256.
    return f"signing-key:{alg}:{kid}".encode()


def _explanation(kid: str) -> str:
    return (
        f"The signing key {kid} does not open under this master key. AUTHME_MASTER_KEY must be the key with which this "
        "database was made; if it is, the row of this key was changed."
    )
