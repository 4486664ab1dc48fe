"""How a logon stands, and what became of the command that makes it."""

from typing import Final

import msgspec

from authme.kernel.database import Reader
from authme.legacy import store
from authme.legacy.model import LegacyLogon, LogonStatus
from authme.outbox.list import find_entry, list_in_order
from authme.outbox.model import Entry, State

# What is done was noted before: whoever sees the command done and the logon not has looked at the logon a moment too early.
_STATUS_OF: Final[dict[State, LogonStatus]] = {
    "PENDING": "PENDING",
    "SENT": "PROVISIONED",
    "FAILED": "FAILED",
    "CANCELLED": "FAILED",
}


async def state_of(reader: Reader, logon: LegacyLogon) -> LogonStatus:
    """Return a logon's status as it is now: that of a command that was given up, taken back or begun anew is not written down.

    Not to be asked within the unit of work that orders it: its command is written at the end.
    """
    if logon.status == "PROVISIONED" or logon.request_id is None:
        return logon.status
    request = await find_entry(reader, logon.request_id)
    return _STATUS_OF[request.state] if request is not None else "FAILED"


class Shown(msgspec.Struct, frozen=True):
    """A logon as an operator sees it, with the commands to it that are not long over."""

    logon: LegacyLogon
    status: LogonStatus
    commands: list[Entry]


async def find_shown(reader: Reader, logon: str) -> Shown | None:
    """Return whose a logon is, how it stands and what was ordered; None for a logon that is nobody's here."""
    found = await store.find_by_logon(reader, logon)
    if found is None:
        return None
    return Shown(found, await state_of(reader, found), await list_in_order(reader, found.id))
