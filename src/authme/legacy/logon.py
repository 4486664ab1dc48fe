"""The form of a logon."""

import re
from typing import Final

LOGON: Final = re.compile(r"[A-Z#@$][A-Z0-9#@$]{0,7}")
"""A RACF user id: 1 to 8 of letters, digits and the national characters, not beginning with a digit."""
GROUP: Final = LOGON
"""A RACF group has the form of a user id."""


def read_logon(text: str) -> str | None:
    """Return a typed logon as it is compared, in capitals; None for what cannot be one."""
    bare = text.strip()
    # Letters of other alphabets have capitals too, some of them two of ASCII.
    logon = bare.upper() if bare.isascii() else ""
    return logon if LOGON.fullmatch(logon) else None
