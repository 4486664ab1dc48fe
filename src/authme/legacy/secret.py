"""What RACF takes as a password or a password phrase, and how it is kept here."""

import re
from typing import Final

from authme.credentials.pool import PasswordPool

_LONGEST_PASSWORD: Final = 8
_PHRASE: Final = range(14, 101)
_NEW_PASSWORD: Final = re.compile(r"[A-Za-z0-9#@$]{1,8}")


class SecretNotTaken(ValueError):
    """The directory would not take this; the text says what it takes."""


def is_password(secret: str) -> bool:
    """Whether this is a password, whose letters all count as capitals, and not a phrase, in which each counts as it is."""
    return len(secret) <= _LONGEST_PASSWORD


def is_same(secret: str, other: str) -> bool:
    """Whether a directory takes these for one."""
    return secret == other or (is_password(secret) and secret.upper() == other.upper())


async def hash_secret(pool: PasswordPool, secret: str) -> str:
    """Return the hash of a secret, to be compared as the directory compares it."""
    return await (pool.hash_folded if is_password(secret) else pool.hash)(secret)


def check_new_secret(secret: str) -> None:
    """Raise SecretNotTaken unless a directory takes this as a new password or phrase."""
    if is_password(secret):
        if not _NEW_PASSWORD.fullmatch(secret):
            raise SecretNotTaken("Of up to 8 characters it may hold letters, digits and #@$ only.")
        return
    if len(secret) not in _PHRASE:
        raise SecretNotTaken("It has to have up to 8 characters, or 14 to 100.")
    if not (secret.isascii() and secret.isprintable()):
        raise SecretNotTaken("Of 14 characters and more it may hold letters, digits, signs and blanks without accents only.")
