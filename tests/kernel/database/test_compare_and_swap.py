import asyncio
from collections.abc import Awaitable, Callable

from authme.kernel.database import Database, Transaction
from kernel.items import ADD, FIND, SWAP, USE_UP, new

TRIES = 50


async def test_of_fifty_that_change_one_row_from_one_version_one_does(
    database: Database, open_database: Callable[[], Awaitable[Database]]
) -> None:
    other = await open_database()
    await database.unit(lambda tx: tx.run(ADD, **new(1)))

    async def swap(tx: Transaction) -> int:
        await tx.one(FIND, id="i1")
        return await tx.run(SWAP, id="i1")

    changed = await asyncio.gather(*((database, other)[number % 2].unit(swap) for number in range(TRIES)))

    assert sorted(changed) == [0] * (TRIES - 1) + [1]
    found = await database.reader().one(FIND, id="i1")
    assert found is not None
    assert found["version"] == 1


async def test_of_fifty_that_use_up_one_thing_one_gets_it(
    database: Database, open_database: Callable[[], Awaitable[Database]]
) -> None:
    other = await open_database()
    await database.unit(lambda tx: tx.run(ADD, **new(1)))

    got = await asyncio.gather(
        *((database, other)[number % 2].unit(lambda tx: tx.returning(USE_UP, id="i1")) for number in range(TRIES))
    )

    [row] = [row for row in got if row is not None]
    assert (row["id"], row["version"]) == ("i1", 1)


async def test_what_a_failed_unit_used_up_is_there_for_the_next(database: Database) -> None:
    await database.unit(lambda tx: tx.run(ADD, **new(1)))
    taken = asyncio.Event()

    async def fail(tx: Transaction) -> None:
        assert await tx.returning(USE_UP, id="i1") is not None
        taken.set()
        await asyncio.sleep(0)
        raise LookupError

    async def use_up(tx: Transaction) -> bool:
        await taken.wait()
        return await tx.returning(USE_UP, id="i1") is not None

    failed, first, second = await asyncio.gather(
        database.unit(fail), database.unit(use_up), database.unit(use_up), return_exceptions=True
    )

    assert isinstance(failed, LookupError)
    assert {first, second} == {True, False}
