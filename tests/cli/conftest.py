from pathlib import Path

import pytest
import typer.main

from authme.cli.main import app
from cli.commands import Commands


@pytest.fixture
def authme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands, in an empty folder: no database, no key, no settings file."""
    monkeypatch.chdir(tmp_path)
    return Commands(tmp_path / "authme.db")


@pytest.fixture(scope="session")
def _command_tree() -> object:
    return typer.main.get_command(app)


@pytest.fixture(autouse=True)
def _built_once(monkeypatch: pytest.MonkeyPatch, _command_tree: object) -> None:
    """The runner would build the whole tree of commands for every call: a quarter of what these tests would take."""
    monkeypatch.setattr("typer.testing._get_command", lambda _app: _command_tree, raising=False)
