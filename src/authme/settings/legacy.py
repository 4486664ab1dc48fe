"""The legacy directories: which there are, and which logon goes to which."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

EMBEDDED: Final = "embedded"
"""The directory that is kept in this server's own database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapDirectory:
    """A directory that is reached by LDAP, as RACF is through its front end. Each field is a line of its table in the file."""

    url: str = ""
    """ldaps://HOST:PORT, or ldap://HOST:PORT, which is secured by StartTLS before anything is said."""
    suffix: str = ""
    """What follows `racfid=…,profiletype=user` in the name of a logon."""
    bind_logon: str = ""
    """The logon by which this server reads and changes others."""
    bind_password_file: Path | None = None
    """File that holds its password or phrase."""
    ca_file: Path | None = None
    """PEM file of the authorities that the certificate is checked against, else the system's."""
    connections: int = 4
    """Connections at a time, per worker process."""
    default_group: str | None = None
    """Default group and owner of new logons."""
    tells_revoked_to_all: bool = True
    """Whether it says that a logon is revoked whatever the password; then it is not told."""
    name_attribute: str = "racfProgrammerName"
    """Attribute of the name."""
    email_attribute: str | None = None
    """Attribute of the e-mail address."""
    mobile_attribute: str | None = None
    """Attribute of the mobile number."""
    document_attribute: str | None = None
    """Attribute of the CPF or CNPJ."""
    mark_attribute: str = "racfInstallationData"
    """Attribute in which the id of the last command is kept, beside what else is in it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Logons of this pattern (`*` and `?`) are those of this directory; the first rule that fits counts."""

    logons: str
    directory: str


@dataclass(frozen=True, slots=True)
class LegacyDirectories:
    """What the file says. Without a file every logon is the embedded directory's."""

    ldap: Mapping[str, LdapDirectory] = field(default_factory=dict)
    rules: tuple[Rule, ...] = (Rule("*", EMBEDDED),)
    new_in: str = EMBEDDED
    """Where new logons are made."""
    new_prefix: str = ""
    """What a logon that is made up begins with."""

    def name_for(self, logon: str) -> str | None:
        """Return the name of the directory that a logon belongs to, None if it is none's."""
        return next((rule.directory for rule in self.rules if fnmatchcase(logon, rule.logons)), None)
