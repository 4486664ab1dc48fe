"""What happens to a directory from outside: people and programs of the mainframe that know nothing of this server."""

from datetime import date
from typing import Protocol


class OutsideDirectory(Protocol):
    """The other side of a directory that is tested. `logon` is in capitals; days count from their beginning in UTC."""

    async def add_logon(
        self,
        logon: str,
        secret: str,
        *,
        name: str | None = None,
        document: str | None = None,
        email: str | None = None,
        mobile: str | None = None,
        groups: tuple[str, ...] = (),
    ) -> None:
        """Make a logon that nothing of ours made; the first group is its default. The secret is not expired."""
        ...

    async def revoke(self, logon: str) -> None:
        """Set the flag, as an administrator does."""
        ...

    async def expire(self, logon: str) -> None:
        """Let the secret be right, and have to be changed."""
        ...

    async def set_dates(self, logon: str, revoke_on: date | None, resume_on: date | None) -> None:
        """Set the days from which the logon is revoked and resumed."""
        ...

    async def remove(self, logon: str) -> None:
        """Remove the logon."""
        ...

    async def secret_is(self, logon: str, secret: str) -> bool:
        """Whether this is the secret that stands there, without counting a failure."""
        ...
