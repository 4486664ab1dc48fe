"""Servers that are open while a test runs."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.database import sqlite_path
from support.given import Given, MakeGiven, environment


def _prepare(url: str, prepared_file: Path) -> None:
    """Let a database that is not there yet have its schema at once."""
    file = sqlite_path(url)
    if file is not None and not Path(file).exists():
        shutil.copy(prepared_file, file)


@pytest.fixture
async def make_given(clock: FakeClock, prepared_file: Path) -> AsyncIterator[MakeGiven]:
    """Open servers by settings, or one more on the database of another."""
    opened: list[Given] = []

    async def make(url: str | None = None, *, beside: Given | None = None, **settings: Any) -> Given:
        env = beside.env if beside else environment(url or "", **settings)
        _prepare(env["AUTHME_DATABASE_URL"], prepared_file)
        made = Given(env, clock)
        await made.open()
        opened.append(made)
        return made

    yield make
    for one in opened:
        await one.close()


@pytest.fixture
async def given(make_given: MakeGiven, tmp_path: Path) -> Given:
    """A server on SQLite, for what does not hang on the engine."""
    return await make_given(f"sqlite:///{tmp_path}/authme.db")


@pytest.fixture
async def on_both(make_given: MakeGiven, url: str) -> Given:
    """A server on each engine, one after the other."""
    return await make_given(url)
