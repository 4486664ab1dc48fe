"""Directories with their other sides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from authme.legacy.directory import Directory
from authme.legacy.model import Verdict
from support.directories import OutsideDirectory


@dataclass(frozen=True)
class Side:
    """A directory, and who changes it past this server."""

    directory: Directory
    outside: OutsideDirectory
    now: Callable[[], int]
    """Seconds since the epoch, as the directory takes it to be."""
    failures: int
    """Wrong secrets in a row by which a logon is revoked."""
    of_revoked: Verdict
    """What whoever gave the right secret is told of a revoked logon."""

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now(), UTC).date()
