"""Reading and checking stored password hashes of all schemes.

Every scheme is parsed once, whole, with its costs capped, before anything is computed. What a hash must also have is a digest
of full length: a truncated one matches too easily, an empty one everything.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import argon2
import bcrypt

Pbkdf2Name = Literal["pbkdf2-sha256", "pbkdf2-sha512"]
SchemeName = Literal["argon2id", "argon2i", "argon2d", "bcrypt", Pbkdf2Name, "scrypt"]

_MEBIBYTE: Final = 1024 * 1024
_ARGON2_MEMORY_KIB: Final = 256 * 1024
_ARGON2_KIB_PASSES: Final = 1024 * 1024  # memory times passes: 1 GiB, a second or so
_ARGON2_LANES: Final = 16
_BCRYPT_COSTS: Final = range(4, 15)  # each step doubles; 14 takes about a second
_BCRYPT_BYTES: Final = 72
_PBKDF2_ITERATIONS: Final = 2_000_000
_SCRYPT_MEMORY: Final = 128 * _MEBIBYTE
_SCRYPT_WORK: Final = 512 * _MEBIBYTE
_SALT_BYTES: Final = range(1, 129)
_DIGEST_BYTES: Final = range(16, 129)

_ARGON2: Final = re.compile(
    r"\$(argon2(?:id|i|d))(?:\$v=(?:16|19))?\$m=([0-9]{1,10}),t=([0-9]{1,10}),p=([0-9]{1,4})"
    r"\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)
# The last character of a bcrypt salt carries two bits; the library takes no hash where its other bits are not zero.
_BCRYPT: Final = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
_PBKDF2: Final = re.compile(r"\$pbkdf2-(sha256|sha512)\$([1-9][0-9]{0,9})\$([A-Za-z0-9./+]+)\$([A-Za-z0-9./+]+)")
_DJANGO: Final = re.compile(r"pbkdf2_sha256\$([1-9][0-9]{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]+=?)")
_SCRYPT: Final = re.compile(r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,3}),p=([0-9]{1,3})\$([A-Za-z0-9./+]+)\$([A-Za-z0-9./+]+)")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A stored hash that was read, ready to be compared with a password's bytes."""

    name: SchemeName
    is_hash_of: Callable[[bytes], bool]


def recognise(stored: str) -> Scheme | None:
    """Return the scheme of `stored`, or None: unknown, malformed, or costlier than the caps above."""
    for read in (_argon2, _bcrypt, _pbkdf2, _django, _scrypt):
        try:
            scheme = read(stored)
        except (binascii.Error, UnicodeError):
            return None
        if scheme is not None:
            return scheme
    return None


def _argon2(stored: str) -> Scheme | None:
    match = _ARGON2.fullmatch(stored)
    if match is None:
        return None
    memory, passes, lanes = (int(match[group]) for group in (2, 3, 4))
    capped = memory <= _ARGON2_MEMORY_KIB and memory * passes <= _ARGON2_KIB_PASSES and lanes <= _ARGON2_LANES
    sized = len(_base64(match[5])) in _SALT_BYTES and len(_base64(match[6])) in _DIGEST_BYTES
    # RFC 9106 section 3.1: at least one pass and one lane, 8 KiB for each lane, a salt of 8 bytes.
    if not (capped and sized and passes and lanes and memory >= 8 * lanes and len(_base64(match[5])) >= 8):  # noqa: PLR2004
        return None
    names: dict[str, SchemeName] = {"argon2id": "argon2id", "argon2i": "argon2i", "argon2d": "argon2d"}
    return Scheme(names[match[1]], lambda password: _argon2_matches(stored, password))


def _argon2_matches(stored: str, password: bytes) -> bool:
    try:
        return argon2.PasswordHasher().verify(stored, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _bcrypt(stored: str) -> Scheme | None:
    match = _BCRYPT.fullmatch(stored)
    if match is None or int(match[1]) not in _BCRYPT_COSTS:
        return None
    return Scheme("bcrypt", lambda password: _bcrypt_matches(stored, password))


def _bcrypt_matches(stored: str, password: bytes) -> bool:
    # bcrypt knows only the first 72 bytes, and the systems that hashes come from cut there without a word. The library refuses
    # longer ones, so they are cut here; the first login replaces the hash by argon2id, which counts every byte.
    try:
        return bcrypt.checkpw(password[:_BCRYPT_BYTES], stored.encode())
    except ValueError:
        return False


def _pbkdf2(stored: str) -> Scheme | None:
    """`$pbkdf2-sha256$i$salt$hash` as passlib writes it."""
    match = _PBKDF2.fullmatch(stored)
    if match is None:
        return None
    name: Pbkdf2Name = "pbkdf2-sha256" if match[1] == "sha256" else "pbkdf2-sha512"
    return _pbkdf2_scheme(name, int(match[2]), _base64(match[3]), _base64(match[4]))


def _django(stored: str) -> Scheme | None:
    """`pbkdf2_sha256$i$salt$hash` as Django writes it: the salt is text, not base64."""
    match = _DJANGO.fullmatch(stored)
    if match is None:
        return None
    return _pbkdf2_scheme("pbkdf2-sha256", int(match[1]), match[2].encode(), _base64(match[3]))


def _pbkdf2_scheme(name: Pbkdf2Name, iterations: int, salt: bytes, expected: bytes) -> Scheme | None:
    algorithm = name.removeprefix("pbkdf2-")
    if iterations > _PBKDF2_ITERATIONS or len(salt) not in _SALT_BYTES:
        return None
    if len(expected) != hashlib.new(algorithm).digest_size:
        return None
    return Scheme(
        name,
        lambda password: hmac.compare_digest(hashlib.pbkdf2_hmac(algorithm, password, salt, iterations), expected),
    )


def _scrypt(stored: str) -> Scheme | None:
    """`$scrypt$ln=..,r=..,p=..$salt$hash` as passlib writes it; ln is the logarithm of the cost."""
    match = _SCRYPT.fullmatch(stored)
    if match is None:
        return None
    log_cost, block, lanes = (int(match[group]) for group in (1, 2, 3))
    salt, expected = _base64(match[4]), _base64(match[5])
    memory = 128 * block * 2**log_cost
    costs = log_cost >= 1 and block and lanes and memory <= _SCRYPT_MEMORY and memory * lanes <= _SCRYPT_WORK
    if not costs or len(salt) not in _SALT_BYTES or len(expected) not in _DIGEST_BYTES:
        return None
    # RFC 7914 section 2: the cost is less than 2^(128 * r / 8); r * p is below 2^30 by the patterns.
    if log_cost >= 16 * block:
        return None

    def is_hash_of(password: bytes) -> bool:
        room = memory + 128 * block * lanes + 2 * _MEBIBYTE
        made = hashlib.scrypt(password, salt=salt, n=2**log_cost, r=block, p=lanes, maxmem=room, dklen=len(expected))
        return hmac.compare_digest(made, expected)

    return Scheme("scrypt", is_hash_of)


def _base64(text: str) -> bytes:
    """Decode base64 as the schemes write it: without padding, passlib with `.` in the place of `+`."""
    bare = text.rstrip("=").replace(".", "+")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
