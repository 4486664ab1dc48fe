import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from authme.kernel.database import Database, connect
from kernel.items import make_tables
from support.two_engines import PREPARED, plain_sql

Open = Callable[[], Awaitable[Database]]


@pytest.fixture(scope="session")
def file_with_items(prepared_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = Path(shutil.copy(prepared_file, tmp_path_factory.mktemp("items") / "authme.db"))
    asyncio.run(make_tables(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def server_with_items(postgres: str) -> str:
    """One database for all these tests: to copy one takes longer than most of them."""
    name = f"items_{uuid4().hex}"
    url = f"{postgres.rpartition('/')[0]}/{name}"
    asyncio.run(plain_sql(postgres, "CREATE DATABASE", name, "TEMPLATE", PREPARED))
    asyncio.run(make_tables(url))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema and the tables of `kernel.items`, all of them empty."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('file_with_items'), tmp_path / 'authme.db')}"
    url: str = request.getfixturevalue("server_with_items")
    tables = ("label", "item", "change_feed", "job_lease")
    asyncio.run(plain_sql(url, "SET lock_timeout = '5s';", *(f"DELETE FROM {table};" for table in tables)))  # noqa: S608  # names from above
    return url


@pytest.fixture
async def open_database(url: str) -> AsyncIterator[Open]:
    """Open the database once more, as another worker process does. One that cannot be closed fails the test."""
    opened: list[Database] = []

    async def open_one() -> Database:
        database = connect(url)
        await database.open()
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        await asyncio.wait_for(database.close(), 1)


@pytest.fixture
async def database(open_database: Open) -> Database:
    """A worker process's database."""
    return await open_database()
