"""A prepared database of each engine, worker processes on it, and somebody who changes it behind the server's back."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import asyncpg
import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.context import OPERATOR, Caller, Context, Origin, Parts
from authme.kernel.database import Database, connect, sqlite_path
from authme.kernel.database.migrations import migrate
from support.postgres import find_binaries, running

Result = TypeVar("Result")
NOON = 1_764_000_000_000
PREPARED = f"prepared_{uuid4().hex}"
_OVER: list[str] = []
"""Databases of tests that are over. They are removed when the next begins: who was connected is gone by then."""


class Worker:
    """One worker process's database and parts."""

    def __init__(self, database: Database, clock: FakeClock, *parts: object) -> None:
        self.database = database
        self.clock = clock
        self.parts = Parts(*parts)

    async def run(
        self, use_case: Callable[[Context], Awaitable[Result]], *, caller: Caller = OPERATOR, origin: Origin | None = None
    ) -> Result:
        """Run a use case in a unit of work of its own."""
        return await self.database.unit(lambda tx: use_case(Context(tx, caller, self.clock, self.parts, origin or Origin())))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A server with a database `PREPARED` that has the schema: our own, or the one that AUTHME_TEST_POSTGRES names."""
    binaries, given = find_binaries(), os.environ.get("AUTHME_TEST_POSTGRES")
    if binaries is None and given is None:
        pytest.skip("PostgreSQL is not installed")
    with running(binaries) if binaries else nullcontext(given or "") as server:
        asyncio.run(plain_sql(server, "CREATE DATABASE", PREPARED))
        asyncio.run(migrate(_named(server, PREPARED)))
        yield server
        _remove_what_is_over(server)
        asyncio.run(plain_sql(server, "DROP DATABASE", PREPARED))


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("prepared") / "authme.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    # The schema is in the write-ahead log until then.
    asyncio.run(plain_sql(f"sqlite:///{file}", "PRAGMA wal_checkpoint(TRUNCATE)"))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('prepared_file'), tmp_path / 'authme.db')}"
        return
    server: str = request.getfixturevalue("postgres")
    _remove_what_is_over(server)
    name = f"t{uuid4().hex}"
    asyncio.run(plain_sql(server, "CREATE DATABASE", name, "TEMPLATE", PREPARED))
    yield _named(server, name)
    _OVER.append(name)


def _remove_what_is_over(server: str) -> None:
    while _OVER:
        # A server that a test killed may leave connections behind.
        asyncio.run(plain_sql(server, "DROP DATABASE", _OVER.pop(), "WITH (FORCE)"))


def _named(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
async def open_database(url: str) -> AsyncIterator[Callable[[], Awaitable[Database]]]:
    """Open the database once more, as another worker process does."""
    opened: list[Database] = []

    async def open_one() -> Database:
        database = connect(url)
        await database.open()
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await database.close()


async def plain_sql(url: str, *words: object) -> None:
    """Run the SQL that these words make, past the server."""
    statement = " ".join(map(str, words))
    path = sqlite_path(url)
    if path is not None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(statement)
        return
    opened = await asyncpg.connect(url)
    try:
        await opened.execute(statement)
    finally:
        await opened.close()


async def rows_of(url: str, query: str) -> list[tuple[object, ...]]:
    """Read past the server."""
    path = sqlite_path(url)
    if path is not None:
        with closing(sqlite3.connect(path)) as connection:
            return [tuple(row) for row in connection.execute(query)]
    opened = await asyncpg.connect(url)
    try:
        return [tuple(row.values()) for row in await opened.fetch(query)]
    finally:
        await opened.close()
