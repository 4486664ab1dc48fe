"""Read the file of legacy directories, and say what is wrong with it."""

import re
import ssl
import string
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from authme.settings.legacy import EMBEDDED, LdapDirectory, LegacyDirectories, Rule
from authme.settings.problems import SettingsInvalid

LOGON: Final = re.compile(r"[A-Z#@$][A-Z0-9#@$]{0,7}")
"""A RACF user id: 1 to 8 of letters, digits and the national characters, not beginning with a digit."""
_PATTERN: Final = re.compile(r"[A-Z0-9#@$*?]+")
_PREFIX: Final = re.compile(r"(?:[A-Z#@$][A-Z0-9#@$]{0,3})?")
_LONGEST_LOGON: Final = 8
_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+")  # RFC 4512 section 2.5
_CONNECTIONS: Final = range(1, 65)
_NAMED: Final = {str: "text", int: "a number", bool: "true or false"}


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
    tables = _tables(content.pop("directories", {}), problems)
    known = {*tables, EMBEDDED}
    found = LegacyDirectories(
        {name: _directory(name, given, problems) for name, given in tables.items()},
        _rules(content.pop("rules", []), known, problems),
        *_new_logons(content.pop("new_logons", {}), known, problems),
    )
    problems += [f"{name}: there is no such part of the file." for name in content]
    if not problems and not _new_ones_belong(found):
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
    declared = {one.name: one.default for one in fields(LdapDirectory)}
    values: dict[str, Any] = {}
    wrong: set[str] = set()
    for option, value in given.items():
        if option not in declared:
            problems.append(f"{where}.{option}: there is no such setting.")
            continue
        kind = str if declared[option] is None else type(declared[option])
        if type(value) is not kind:
            problems.append(f"{where}.{option}: {_NAMED[kind]} is expected.")
            wrong.add(option)
            continue
        values[option] = Path(str(value)) if option.endswith("_file") else value
    found = LdapDirectory(**values)
    # One problem for each line: what is not even text is not also malformed.
    problems += [f"{where}.{option}: {problem}" for option, problem in _problems(found) if option not in wrong]
    return found


def _problems(given: LdapDirectory) -> Iterator[tuple[str, str]]:
    if not _is_url(given.url):
        yield "url", "ldaps://HOST:PORT or ldap://HOST:PORT is expected."
    if "=" not in given.suffix or not given.suffix.isprintable():
        yield "suffix", "the end of a name is expected, such as cn=racf."
    if not LOGON.fullmatch(given.bind_logon):
        yield "bind_logon", "a logon in capitals is expected."
    if given.default_group is not None and not LOGON.fullmatch(given.default_group):
        yield "default_group", "a group in capitals is expected."
    if given.connections not in _CONNECTIONS:
        yield "connections", f"a number from {_CONNECTIONS.start} to {_CONNECTIONS.stop - 1} is expected."
    for option in (one.name for one in fields(given) if one.name.endswith("_attribute")):
        attribute = getattr(given, option)
        if attribute is not None and not _ATTRIBUTE.fullmatch(attribute):
            yield option, "the name of an attribute is expected."
    if not _holds_a_line(given.bind_password_file):
        yield "bind_password_file", "a file with the password is expected."
    if given.ca_file is not None and not _holds_certificates(given.ca_file):
        yield "ca_file", f"{given.ca_file} holds no certificates in PEM."


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    # Whatever else there may be in a URL is put together from these two: so nothing else is in it.
    host = parts.netloc.removesuffix(f":{port}")
    is_bare = url in {f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{parts.netloc}/"}
    return parts.scheme in {"ldap", "ldaps"} and is_bare and port != 0 and _HOST.fullmatch(host) is not None


def _holds_a_line(file: Path | None) -> bool:
    try:
        return file is not None and bool(file.read_text().strip())
    except (OSError, ValueError):
        return False


def _holds_certificates(file: Path) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except (ssl.SSLError, OSError):
        return False
    return True


def _rules(given: Any, known: set[str], problems: list[str]) -> tuple[Rule, ...]:
    found = []
    for number, one in enumerate(given if isinstance(given, list) else [given], start=1):
        if not isinstance(one, dict) or set(one) != {"logons", "directory"} or not all(map(_is_text, one.values())):
            problems.append(f"rules: rule {number} has to have `logons` and `directory`, and nothing else.")
        elif not _PATTERN.fullmatch(one["logons"]):
            problems.append(f"rules: rule {number}: `logons` is of capitals, digits, #@$, `*` and `?`.")
        elif one["directory"] not in known:
            problems.append(f"rules: rule {number}: there is no directory {one['directory']}.")
        else:
            found.append(Rule(one["logons"], one["directory"]))
    if not found:
        problems.append("rules: at least one rule is expected.")
    return tuple(found)


def _new_logons(given: Any, known: set[str], problems: list[str]) -> tuple[str, str]:
    if not isinstance(given, dict):
        problems.append("new_logons: a table [new_logons] is expected.")
        return EMBEDDED, ""
    problems += [f"new_logons.{option}: there is no such setting." for option in given if option not in {"directory", "prefix"}]
    directory, prefix = given.get("directory", EMBEDDED), given.get("prefix", "")
    if not _is_text(directory) or directory not in known:
        problems.append(f"new_logons.directory: there is no directory {directory}.")
        directory = EMBEDDED
    if not _is_text(prefix) or not _PREFIX.fullmatch(prefix):
        problems.append("new_logons.prefix: up to 4 of capitals, digits and #@$ are expected, the first not a digit.")
        prefix = ""
    return directory, prefix


def _new_ones_belong(found: LegacyDirectories) -> bool:
    # Some may belong elsewhere: they are not chosen. Where it is most of them, none might be found.
    logons = [found.new_prefix.ljust(_LONGEST_LOGON, letter) for letter in string.ascii_uppercase]
    return sum(found.name_for(logon) == found.new_in for logon in logons) * 2 > len(logons)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
