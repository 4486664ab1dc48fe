"""Attributes of a logon's entry, and what their values look like.

Source: z/OS IBM Tivoli Directory Server Administration and Use for z/OS (SC23-6788), "Associating LDAP attributes to RACF
fields" and "Special usage of racfAttributes": words of racfAttributes are keywords of ADDUSER and ALTUSER.
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

PASSWORD: Final = "racfPassword"  # noqa: S105 -- the name of an attribute
PHRASE: Final = "racfPassPhrase"
WORDS: Final = "racfAttributes"
NAME: Final = "racfProgrammerName"
DEFAULT_GROUP: Final = "racfDefaultGroup"
OWNER: Final = "racfOwner"
GROUPS: Final = "racfConnectGroupName"
REVOKE_DATE: Final = "racfRevokeDate"
RESUME_DATE: Final = "racfResumeDate"

_LONGEST_NAME: Final = 20
_LONGEST_MARKED: Final = 254
_MARK: Final = re.compile(r"(?<!\S)AUTHME=(?P<mark>\S+)")
# Quotes, brackets and the like might end the operand of a command that is built of it.
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9 .,-]+")
_NO_NAME: Final = re.compile(r"#*|UNKNOWN")
_DATE_FORMS: Final = ("%m/%d/%y", "%m/%d/%Y", "%Y-%m-%d", "%B %d, %Y", "%y.%j")


def programmer_name(name: str) -> str:
    """Return a name as RACF holds one: up to 20 characters without accents. Empty if nothing is left of it."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(_NOT_IN_NAMES.sub(" ", ascii_only).split())[:_LONGEST_NAME].strip()


def told_name(value: str | None) -> str | None:
    """Return the name of an entry; RACF shows `UNKNOWN` or a row of `#` for a user without one."""
    name = (value or "").strip()
    return None if _NO_NAME.fullmatch(name) else name


def mark_in(value: str) -> str | None:
    """Return the id of the last command that left its mark."""
    found = _MARK.search(value)
    return found["mark"] if found is not None else None


def with_mark(value: str, mark: str) -> str | None:
    """Return the value with this mark and all else that is in it; None if there is no room, for nothing of it may be lost."""
    token = f"AUTHME={mark}"
    marked = _MARK.sub(lambda _: token, value, count=1) if _MARK.search(value) else f"{value} {token}".strip()
    return marked if len(marked) <= _LONGEST_MARKED else None


def day_in(value: str | None) -> int | None:
    """Return when a day begins, in epoch milliseconds; None for `NONE` and what is no day."""
    for form in _DATE_FORMS:
        try:
            day = datetime.strptime((value or "").strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(day.timestamp()) * 1000
    return None
