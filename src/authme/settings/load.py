"""Load the settings, once."""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authme.settings.derived import with_derived
from authme.settings.legacy_file import inspect_directories
from authme.settings.problems import SettingsInvalid, across
from authme.settings.settings import SECTIONS, Settings, declared_by

PREFIX = "AUTHME_"
_CONFIG = "AUTHME_CONFIG"
# Read by the test suite and by the tools around the server, not by it.
_NOT_SETTINGS = frozenset({_CONFIG, "AUTHME_TEST_POSTGRES", "AUTHME_TESTS_SKIP_NOTHING"})


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Return the settings of this environment and file; raise SettingsInvalid with every problem at once."""
    problems: list[str] = []
    given = _from_file(file or _config_file(environment), problems)
    for name, value in environment.items():
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS:
            given[name.removeprefix(PREFIX).lower()] = (name, value)
    sections = {section: _section(kind, given, problems) for section, kind in SECTIONS.items()}
    known = [name for kind in SECTIONS.values() for name in declared_by(kind)]
    for name, (shown, _) in given.items():
        near = difflib.get_close_matches(name, known, n=1)
        problems.append(f"{shown}: there is no such setting" + (f"; did you mean {_like(shown, near[0])}?" if near else "."))
    loaded = with_derived(Settings(**sections))
    problems += across(loaded)
    problems += inspect_directories(loaded.legacy.legacy_file)[1]
    if problems:
        raise SettingsInvalid(problems)
    return loaded


def _config_file(environment: Mapping[str, str]) -> Path | None:
    if _CONFIG in environment:
        return Path(environment[_CONFIG])
    return Path("authme.toml") if Path("authme.toml").is_file() else None


def _from_file(file: Path | None, problems: list[str]) -> dict[str, tuple[str, str]]:
    """Return the file's settings as text, each with the name to show in a problem."""
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text())
    except (OSError, ValueError) as error:
        problems.append(f"{file}: cannot be read: {error}")
        return {}
    given = {}
    for name, value in content.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        given[name] = (f"{file}: {name}", text.lower() if isinstance(value, bool) else text)
    return given


def _section(kind: type, given: dict[str, tuple[str, str]], problems: list[str]) -> Any:
    values = {}
    for name, declared in declared_by(kind).items():
        if name not in given:
            continue
        shown, text = given.pop(name)
        try:
            values[declared.name] = declared.metadata["read"](text.strip())
        except ValueError as error:
            problems.append(f"{shown}: {str(error).rstrip('.')}.")
    return kind(**values)


def _like(shown: str, name: str) -> str:
    return PREFIX + name.upper() if shown.startswith(PREFIX) else name
