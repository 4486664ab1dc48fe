"""Passwords and phrases on their way to the directory."""

from typing import Final

from authme.legacy.secret import is_password

_LONGEST: Final = 100


def may_be_secret(secret: str) -> bool:
    """Whether RACF could have this as a password or phrase of somebody; what it could not have is not sent at all.

    An empty one would be an anonymous bind. There are phrases of 9 to 13 characters where an exit of the installation takes
    them.
    """
    if not secret or len(secret) > _LONGEST or not secret.isprintable():
        return False
    # Letters beyond ASCII are no part of a password, and some of them turn into others in capitals.
    return secret.isascii() or not is_password(secret)


def as_sent(secret: str) -> str:
    """Return what RACF compares and keeps: a password in capitals, a phrase as it is."""
    return secret.upper() if is_password(secret) else secret
