"""The lanes of commands: one for each directory, so that one that is down holds up no other."""

from datetime import timedelta
from typing import Final

from authme.legacy.commands import KIND
from authme.legacy.deliver import Commands
from authme.legacy.directories import Directories
from authme.legacy.here import Here
from authme.outbox.handler import Lane

_LONGEST: Final = timedelta(seconds=30)
"""For some questions and the command itself: nobody waits for it."""
_AT_ONCE: Final = 2


def lanes(directories: Directories, here: Here) -> list[Lane]:
    """Return the lanes of all directories that are configured; commands to one that is not any more wait."""
    return [
        Lane(KIND, name, Commands(directory, here), longest=_LONGEST, at_once=_at_once(directories, name))
        for name, directory in directories.all.items()
    ]


def _at_once(directories: Directories, name: str) -> int:
    ldap = directories.rules.ldap.get(name)
    # The other half of the connections is for those who log in, and wait.
    return max(1, ldap.connections // 2) if ldap is not None else _AT_ONCE
