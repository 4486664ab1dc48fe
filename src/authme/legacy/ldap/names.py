"""Names of logons and groups in the directory (RFC 4514), from what has their form only."""

import re
from typing import Final

from authme.legacy.logon import GROUP, LOGON

ANY_ENTRY: Final = "(objectClass=*)"
"""The one filter that is ever sent: an entry is asked for by its name."""
_RACFID: Final = re.compile(r"\s*racfid\s*=\s*(?P<value>(?:\\.|[^,+\\])*)", re.IGNORECASE)


def user_name(logon: str, suffix: str) -> str:
    """Return the name of a logon's entry. Raises ValueError for what is none, before anything of it is sent."""
    return _name(logon, LOGON, "user", suffix)


def group_name(group: str, suffix: str) -> str:
    """Return the name of a group's entry. Raises ValueError for what is none."""
    return _name(group, GROUP, "group", suffix)


def racfid_of(name: str) -> str | None:
    """Return the logon or group that a value stands for: its entry's name, or itself. None for anything else."""
    found = _RACFID.match(name)
    racfid = (found["value"].replace("\\", "") if found is not None else name).strip().upper()
    return racfid if LOGON.fullmatch(racfid) else None


def _name(racfid: str, form: re.Pattern[str], kind: str, suffix: str) -> str:
    if not form.fullmatch(racfid):
        raise ValueError(f"not the form of a {kind}")
    # Of what the form allows, only `#` at the beginning means something in a name: what follows would be read as hexadecimal.
    escaped = f"\\{racfid}" if racfid.startswith("#") else racfid
    return f"racfid={escaped},profiletype={kind},{suffix}"
