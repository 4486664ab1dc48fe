"""Password hashes: one scheme to make, five to check.

A hash of ours may stand behind `folded$`: that of a password which a legacy directory compares in capitals.
"""

import secrets
import string
import unicodedata
from dataclasses import dataclass
from typing import Final

import argon2
from argon2 import Type

from authme.crypto import password_schemes
from authme.crypto.password_schemes import Scheme

_DECOY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_FOLDED: Final = "folded$"
# Those of ASCII alone: a directory knows no others, and there is none that two letters or a sign without a case fold to.
_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """What one argon2id hash costs. The defaults are those of OWASP: 19 MiB, two passes, one lane."""

    memory_kib: int = 19_456
    time_cost: int = 2
    parallelism: int = 1


def normalize(password: str) -> str:
    """Return the form in which a password is counted, compared and hashed (NFKC; NIST SP 800-63B-4 section 3.1.1.2).

    Without it, the same password typed on two keyboards is two passwords.
    """
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str, parameters: Argon2Parameters) -> str:
    """Return a new argon2id hash in PHC form. Slow on purpose; the library releases the interpreter lock meanwhile."""
    return _hasher(parameters).hash(_bytes(normalize(password)))


def fold(password: str) -> str:
    """Return a password in capitals, as a legacy directory compares it."""
    return password.translate(_CAPITALS)


def hash_folded(password: str, parameters: Argon2Parameters) -> str:
    """Return a new hash of a password in which small letters and capitals are to count alike."""
    return _FOLDED + hash_password(fold(normalize(password)), parameters)


def is_folded(stored: str) -> bool:
    """Whether a stored hash was made by `hash_folded`."""
    return stored.startswith(_FOLDED)


def verify_password(password: str, stored: str) -> bool:
    """Whether `password` is the one behind `stored`; False when `stored` is of no known scheme.

    Tries the normalised password, then, only where they differ, the password as typed: systems that hashes are imported from
    did not normalise.
    """
    if is_folded(stored):
        password, stored = fold(normalize(password)), stored.removeprefix(_FOLDED)
    scheme = recognise(stored)
    if scheme is None:
        return False
    normalized = normalize(password)
    if scheme.is_hash_of(_bytes(normalized)):
        return True
    return normalized != password and scheme.is_hash_of(_bytes(password))


def needs_rehash(stored: str, parameters: Argon2Parameters) -> bool:
    """Whether a new hash would be made otherwise: another scheme or other costs."""
    made = stored.removeprefix(_FOLDED)
    if not made.startswith("$argon2id$"):
        return True
    try:
        return _hasher(parameters).check_needs_rehash(made)
    except argon2.exceptions.InvalidHashError:
        return True


def recognise(stored: str) -> Scheme | None:
    """Return the scheme of a stored hash, or None when it is unknown, malformed, or beyond the caps on its cost.

    For imports: what is recognised can be verified, in bounded time and memory. An absurd cost is refused here because at a
    login it would stall everybody. A folded hash is none of these: only a directory's own answer says that a password's small
    letters do not count, and an import has none.
    """
    return password_schemes.recognise(stored)


def decoy_hash(parameters: Argon2Parameters) -> str:
    """Return a hash of nobody's password, to verify against for unknown users at the cost of a real one."""
    return hash_password(secrets.token_urlsafe(_DECOY_BYTES), parameters)


def _hasher(parameters: Argon2Parameters) -> argon2.PasswordHasher:
    return argon2.PasswordHasher(
        time_cost=parameters.time_cost,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.parallelism,
        hash_len=_HASH_BYTES,
        salt_len=_SALT_BYTES,
        type=Type.ID,
    )


def _bytes(password: str) -> bytes:
    # A login may carry any text, also half a surrogate pair; it is wrong, not an error.
    return password.encode("utf-8", "surrogatepass")
