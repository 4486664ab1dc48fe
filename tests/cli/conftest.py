from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from cli.commands import Commands


@pytest.fixture
def authme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands, in an empty folder: no database, no key, no settings file."""
    monkeypatch.chdir(tmp_path)
    return Commands(tmp_path / "authme.db")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Commands set up logging, onto a standard error that is closed when they are over."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
