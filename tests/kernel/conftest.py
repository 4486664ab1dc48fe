from collections.abc import Awaitable, Callable

import pytest

from authme.kernel.database import Database
from kernel.items import make_tables

Open = Callable[[], Awaitable[Database]]


@pytest.fixture
async def database(url: str, open_database: Open) -> Database:
    """A worker process's database, with the tables of `kernel.items`."""
    await make_tables(url)
    return await open_database()
