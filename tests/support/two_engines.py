"""A prepared database of each engine, worker processes on it, and somebody who changes it behind the server's back."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
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
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with running(binaries) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'authme.db'}"
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres")
        name = f"t{uuid4().hex}"
        await plain_sql(server, f"CREATE DATABASE {name}")
        made = server.rpartition("/")[0] + f"/{name}"
    await migrate(made)
    return made


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


async def plain_sql(url: str, statement: str) -> None:
    """Run SQL past the server."""
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
