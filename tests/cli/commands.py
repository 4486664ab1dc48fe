"""`authme`, called in this process."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from typer.testing import CliRunner

from authme.cli.main import app
from support.given import environment


class Commands:
    """The commands on a database of their own, each with the same master key."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.env: dict[str, str | None] = dict(environment(f"sqlite:///{file}"))

    def copied_to(self, file: Path) -> Self:
        """Return the commands on a copy of the database."""
        copy = type(self)(file)
        copy.env = self.env | {"AUTHME_DATABASE_URL": f"sqlite:///{file}"}
        shutil.copy(self.file, file)
        return copy

    def __call__(self, *words: object, typed: str | None = None, **settings: str | None) -> Any:
        """Call a command; `settings` are set, or taken away with None, for this call."""
        given = self.env | {f"AUTHME_{name.upper()}": value for name, value in settings.items()}
        return CliRunner().invoke(app, [str(word) for word in words], input=typed, env=given)

    def json(self, *words: object, typed: str | None = None, **settings: str | None) -> Any:
        """Call a command that must succeed and say nothing but JSON; return what it says."""
        result = self(*words, "--json", typed=typed, **settings)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return json.loads(result.stdout)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read past the server; nothing is found where there is no database."""
        if not self.file.exists():
            return []
        with closing(sqlite3.connect(self.file)) as connection:
            return [tuple(row) for row in connection.execute(query)]

    def change(self, statement: str) -> None:
        """Write past the server."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            assert connection.execute(statement).rowcount > 0, statement

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608  # a name of the test's own


def refused(result: Any) -> str:
    """Assert that a command ended with a clear message instead of a result; return the message."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("authme: ")
    return str(line.removeprefix("authme: "))


def misused(result: Any) -> str:
    """Assert that a command was called in a wrong way, and says how it is called; return the message."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    usage, help_line, empty, message = result.stderr.splitlines()
    assert usage.startswith("Usage: ")
    assert "--help" in help_line
    assert empty == ""
    return str(message.removeprefix("Error: "))
