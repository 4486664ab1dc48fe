"""The form of a logon, and how a typed one is read."""

from typing import Final

from authme.settings.legacy_file import LOGON

__all__ = ["GROUP", "LOGON", "read_logon"]

GROUP: Final = LOGON
"""A RACF group has the form of a user id."""
_LONGEST: Final = 254
"""As of every name that is typed, blanks and all."""


def read_logon(text: str) -> str | None:
    """Return a typed logon as it is compared, in capitals; None for what cannot be one.

    Nothing else reads logons: where a second reading took what this one does not, or the other way round, the spellings of one
    logon would be counted, looked up and answered apart.
    """
    # Other alphabets have blanks too, and letters with capitals, some of them two of ASCII.
    logon = text.strip().upper() if len(text) <= _LONGEST and text.isascii() else ""
    return logon if LOGON.fullmatch(logon) else None
