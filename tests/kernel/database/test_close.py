import asyncio

import pytest

from authme.kernel.database import Database, DatabaseUnavailable, Transaction, connect
from kernel.items import ADD, new, places


@pytest.fixture
async def opened(url: str) -> Database:
    """A database that the test closes itself."""
    database = connect(url)
    await database.open()
    return database


async def test_a_unit_after_the_close_is_refused(opened: Database) -> None:
    await opened.close()

    with pytest.raises(DatabaseUnavailable):
        await asyncio.wait_for(opened.unit(lambda tx: tx.run(ADD, **new(1))), 0.3)


async def test_close_waits_for_the_units_under_way(opened: Database, url: str) -> None:
    has_begun = asyncio.Event()

    async def work(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        has_begun.set()
        await asyncio.sleep(0.05)
        await tx.run(ADD, **new(2))

    unit = asyncio.create_task(opened.unit(work))
    await has_begun.wait()
    await opened.close()
    await unit

    assert await places(url) == [1, 2]
