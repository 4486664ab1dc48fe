"""The directories by the settings."""

from authme.credentials.pool import PasswordPool
from authme.kernel.clock import Clock
from authme.kernel.database import Database
from authme.legacy.directories import Directories
from authme.legacy.directory import Directory
from authme.legacy.embedded import EmbeddedDirectory
from authme.settings import LegacySettings
from authme.settings.legacy import EMBEDDED, LdapDirectory
from authme.settings.legacy_file import read_directories


def open_directories(settings: LegacySettings, database: Database, clock: Clock, pool: PasswordPool) -> Directories:
    """Return the directories of the settings; nothing is connected before it is asked."""
    given = read_directories(settings.legacy_file)
    found: dict[str, Directory] = {EMBEDDED: EmbeddedDirectory(settings, database, clock, pool)}
    found |= {name: _ldap(one, settings.legacy_seconds, clock) for name, one in given.ldap.items()}
    # One's own database is not broken off: what takes long there is the queue of passwords to be checked, which is bounded.
    return Directories(given, found, seconds=dict.fromkeys(given.ldap, settings.legacy_seconds))


def _ldap(given: LdapDirectory, seconds: int, clock: Clock) -> Directory:
    # A server without such a directory holds no LDAP library in its memory.
    from authme.legacy.ldap.directory import LdapRacf  # noqa: PLC0415

    return LdapRacf(given, seconds=seconds, clock=clock)
