"""The port to a legacy directory.

Every adapter answers alike; `tests/legacy/test_directory_contract.py` is what each has to hold. Calls take as long as the other
side takes, so no unit of work that has written may wait for one.
"""

from typing import Protocol

from authme.legacy.model import Entry, NewLogon, Verdict


class DirectoryFault(Exception):
    """A directory did not do what it was asked. The text is for operators and holds no secret and no person's data."""


class Unreachable(DirectoryFault):
    """It does not answer, or not as one. Whether a command had its effect is not known."""


class NotUnderstood(DirectoryFault):
    """It answered, about this logon, what this server does not understand; of other logons that says nothing.

    `code` is the answer's, as the directory's protocol has it. Whether a command had its effect is not known.
    """

    def __init__(self, reason: str, *, code: int) -> None:
        super().__init__(reason)
        self.code = code


class Withheld(NotUnderstood):
    """This server may not see the logon."""


class Refused(DirectoryFault):
    """It answered that it will not do this, now or later."""


class LogonTaken(Refused):
    """There is a logon of this name, and another command made it."""


class LogonUnknown(Refused):
    """There is no logon of this name."""


class Directory(Protocol):
    """A directory of logons. `logon` has the form of `legacy.logon`, in capitals.

    Whatever asks for or changes a logon raises Unreachable for a fault of the way to the directory, by which nobody's logon can
    be asked for, and NotUnderstood for an answer about this one logon.
    """

    async def verify(self, logon: str, secret: str) -> Verdict:
        """Say what a password or phrase is worth; a wrong one counts there, and may revoke the logon.

        REVOKED is said only to whoever gave the right secret. An adapter whose directory says it to everybody says WRONG, since
        a stranger must not learn it.
        """
        ...

    async def find(self, logon: str) -> Entry | None:
        """Return the logon as it stands there now. Raises Withheld."""
        ...

    async def provision(self, new: NewLogon, *, mark: str) -> None:
        """Make a logon, marked with `mark`. Raises LogonTaken, also for one of our own; Refused."""
        ...

    async def set_secret(self, logon: str, secret: str, *, mark: str) -> None:
        """Set password or phrase, not expired, and mark the logon in the same step. Raises LogonUnknown, Refused."""
        ...

    async def revoke(self, logon: str) -> None:
        """Revoke the logon; one that is revoked stays so. Raises LogonUnknown, Refused."""
        ...

    async def resume(self, logon: str) -> None:
        """Let the logon in again; one that is not revoked stays so. Raises LogonUnknown, Refused."""
        ...

    async def check(self) -> list[str]:
        """Return what is wrong with the way to it, in plain words for an operator; nothing if all is well."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
