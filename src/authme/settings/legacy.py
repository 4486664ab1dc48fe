"""The file of legacy directories: which there are, and which logon goes to which."""

import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from authme.settings.problems import SettingsInvalid

EMBEDDED: Final = "embedded"
"""The directory that is kept in this server's own database."""
_LOGON_CHARACTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#@$")
_PATTERN_CHARACTERS: Final = _LOGON_CHARACTERS | {"*", "?"}
_LONGEST_PREFIX: Final = 4
_LONGEST_LOGON: Final = 8
_CONNECTIONS: Final = range(1, 65)


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


def read_directories(file: Path | None) -> LegacyDirectories:
    """Return what the file says; raise SettingsInvalid with everything that is wrong with it."""
    found, problems = inspect_directories(file)
    if problems:
        raise SettingsInvalid(problems)
    return found


def inspect_directories(file: Path | None) -> tuple[LegacyDirectories, list[str]]:
    """Return what the file says, and everything that is wrong with it."""
    if file is None:
        return LegacyDirectories(), []
    try:
        content = tomllib.loads(file.read_text())
    except (OSError, ValueError) as error:
        return LegacyDirectories(), [f"{file}: cannot be read: {error}"]
    problems: list[str] = []
    ldap = {
        name: _directory(name, given, problems) for name, given in _tables(content.pop("directories", {}), problems).items()
    }
    rules = _rules(content.pop("rules", []), {*ldap, EMBEDDED}, problems)
    new = content.pop("new_logons", {})
    found = LegacyDirectories(
        ldap, rules, *_new_logons(new if isinstance(new, dict) else {"": new}, {*ldap, EMBEDDED}, problems)
    )
    problems += [f"{name}: there is no such part of the file." for name in content]
    if not problems and found.name_for((found.new_prefix or "A").ljust(_LONGEST_LOGON, "0")) != found.new_in:
        problems.append(f"new_logons: by the rules, logons that begin with this prefix are not those of {found.new_in}.")
    return found, [f"{file}: {problem}" for problem in problems]


def _tables(given: Any, problems: list[str]) -> dict[str, dict[str, Any]]:
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        problems.append("directories: tables such as [directories.racf] are expected.")
        return {}
    if EMBEDDED in given:
        problems.append(f"directories.{EMBEDDED}: this is the name of the directory in this server's own database.")
    return given


def _directory(name: str, given: dict[str, Any], problems: list[str]) -> LdapDirectory:
    where = f"directories.{name}"
    kinds = {one.name: one for one in fields(LdapDirectory)}
    values: dict[str, Any] = {}
    for option, value in given.items():
        if option not in kinds:
            problems.append(f"{where}.{option}: there is no such setting.")
            continue
        default = kinds[option].default
        kind = type(default) if default is not None else str
        if type(value) is not kind:
            problems.append(f"{where}.{option}: {_NAMED[kind]} is expected.")
            continue
        values[option] = Path(str(value)) if option.endswith("_file") else value
    found = LdapDirectory(**values)
    problems += [f"{where}.{problem}" for problem in _problems(found)]
    return found


_NAMED: Final = {str: "text", int: "a number", bool: "true or false"}


def _problems(given: LdapDirectory) -> list[str]:
    problems = []
    parts = urlsplit(given.url)
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or parts.path not in {"", "/"}:
        problems.append("url: ldaps://HOST:PORT or ldap://HOST:PORT is expected.")
    if not given.suffix:
        problems.append("suffix: is required.")
    if not given.bind_logon or not _LOGON_CHARACTERS.issuperset(given.bind_logon):
        problems.append("bind_logon: a logon in capitals is expected.")
    if given.connections not in _CONNECTIONS:
        problems.append(f"connections: a number from {_CONNECTIONS.start} to {_CONNECTIONS.stop - 1} is expected.")
    if given.bind_password_file is None or not given.bind_password_file.is_file():
        problems.append("bind_password_file: a file is expected.")
    problems += _authority_problems(given.ca_file)
    return problems


def _authority_problems(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        ssl.create_default_context(cafile=file)
    except (ssl.SSLError, OSError):
        return [f"ca_file: {file} holds no certificates in PEM."]
    return []


def _rules(given: Any, directories: set[str], problems: list[str]) -> tuple[Rule, ...]:
    found = []
    for number, one in enumerate(given if isinstance(given, list) else [given], start=1):
        if (
            not isinstance(one, dict)
            or set(one) != {"logons", "directory"}
            or not all(isinstance(x, str) for x in one.values())
        ):
            problems.append(f"rules: rule {number} has to have `logons` and `directory`, and nothing else.")
        elif not one["logons"] or not _PATTERN_CHARACTERS.issuperset(one["logons"]):
            problems.append(f"rules: rule {number}: `logons` is of capitals, digits, #@$, `*` and `?`.")
        elif one["directory"] not in directories:
            problems.append(f"rules: rule {number}: there is no directory {one['directory']}.")
        else:
            found.append(Rule(one["logons"], one["directory"]))
    if not found:
        problems.append("rules: at least one rule is expected.")
    return tuple(found)


def _new_logons(given: dict[str, Any], directories: set[str], problems: list[str]) -> tuple[str, str]:
    unknown = set(given) - {"directory", "prefix"}
    problems += [f"new_logons.{option}: there is no such setting." for option in sorted(unknown)]
    directory, prefix = given.get("directory", EMBEDDED), given.get("prefix", "")
    if directory not in directories:
        problems.append(f"new_logons.directory: there is no directory {directory}.")
    is_form = isinstance(prefix, str) and len(prefix) <= _LONGEST_PREFIX and _LOGON_CHARACTERS.issuperset(prefix)
    if not is_form or prefix[:1].isdigit():
        problems.append("new_logons.prefix: up to 4 of capitals, digits and #@$ are expected, the first not a digit.")
        prefix = ""
    return str(directory), prefix
