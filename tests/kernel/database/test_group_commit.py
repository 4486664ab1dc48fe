import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial

import pytest

from authme.kernel.database import Database, DatabaseUnavailable, Transaction, connect, sqlite_path
from authme.kernel.database.group_commit import Writer
from authme.kernel.database.sqlite import SqliteDatabase, open_connection
from kernel.items import ADD, ADD_LABEL, ON_SQLITE, new, places

pytestmark = ON_SQLITE


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqliteDatabase]:
    """A database that is given half a second to close: a turn that nobody hands on would hold it for ever."""
    database = connect(url)
    assert isinstance(database, SqliteDatabase)
    await database.open()
    try:
        yield database
    finally:
        await asyncio.wait_for(database.close(), 0.5)


def commits_of(database: SqliteDatabase) -> Callable[[], int]:
    """Return a count of the commits from now on."""
    seen: list[str] = []
    database.writer.connection.set_trace_callback(seen.append)
    return lambda: seen.count("COMMIT")


async def test_units_that_are_there_together_share_commits(database: Database, url: str) -> None:
    assert isinstance(database, SqliteDatabase)
    commits = commits_of(database)

    await asyncio.gather(
        *(database.unit(partial(lambda tx, place: tx.run(ADD, **new(place)), place=place)) for place in range(50))
    )

    assert 1 <= commits() < 25
    assert await places(url) == list(range(50))


async def test_a_unit_alone_is_committed_without_waiting_for_others(database: Database, url: str) -> None:
    for place in range(5):
        await database.unit(partial(lambda tx, place: tx.run(ADD, **new(place)), place=place))
        assert await places(url) == list(range(place + 1))


async def test_a_batch_ends_while_others_go_on_asking_for_the_turn(database: Database) -> None:
    is_over = False

    async def ask(start: int) -> None:
        place = start
        while not is_over:
            await database.unit(partial(lambda tx, place: tx.run(ADD, **new(place)), place=place))
            place += 10

    asking = [asyncio.create_task(ask(start)) for start in range(1, 10)]
    await asyncio.wait_for(database.unit(lambda tx: tx.run(ADD, **new(0))), 2)
    is_over = True
    await asyncio.gather(*asking)


@pytest.fixture
def _one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch stay open for as long as somebody waits."""
    monkeypatch.setattr("authme.kernel.database.group_commit._LONGEST_BATCH", 10)


@pytest.mark.usefixtures("_one_batch")
async def test_a_commit_that_fails_fails_every_unit_of_its_batch(database: Database, url: str) -> None:
    seen: list[int] = []

    async def work(tx: Transaction, place: int) -> int:
        await tx.run(ADD, **new(place))
        await asyncio.sleep(0)  # so that the others are there before it ends
        tx.after_commit(lambda: seen.append(place))
        tx.announce("item", str(place))
        if place == 2:
            await tx.run(ADD_LABEL, id="l", item_id="nobody")
        return place

    database.changes.subscribe("item", lambda key: seen.append(int(key)))
    answers = await asyncio.gather(*(database.unit(partial(work, place=place)) for place in range(5)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [DatabaseUnavailable] * 5
    assert seen == []
    assert await places(url) == []


async def test_after_a_commit_that_failed_others_succeed(database: Database, url: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        await database.unit(lambda tx: tx.run(ADD_LABEL, id="l", item_id="nobody"))

    await database.unit(lambda tx: tx.run(ADD, **new(1)))

    assert await places(url) == [1]


async def test_a_batch_whose_only_unit_fails_lets_go_of_the_file(database: Database, url: str) -> None:
    async def fail(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        raise LookupError

    with pytest.raises(LookupError):
        await database.unit(fail)

    assert isinstance(database, SqliteDatabase)
    with closing(open_connection(database.path)) as another:
        another.execute("BEGIN IMMEDIATE")
    assert await places(url) == []


async def test_a_turn_handed_to_a_cancelled_unit_does_not_leave_the_batch_open(url: str) -> None:
    path = sqlite_path(url)
    assert path is not None
    with closing(open_connection(path)) as connection:
        writer = Writer(connection)

        async def write() -> None:
            await writer.begin()
            connection.execute(ADD.sqlite.sql, ADD.sqlite_values(new(1)))
            await asyncio.sleep(0)
            # Before the next unit is woken up, and after it was handed the turn.
            asyncio.get_running_loop().call_soon(next_one.cancel)
            await writer.keep()

        first = asyncio.create_task(write())
        next_one = asyncio.create_task(writer.begin())

        await asyncio.wait_for(first, 0.5)

        assert next_one.cancelled()
        assert await places(url) == [1]
        await writer.close()


@pytest.mark.usefixtures("_one_batch")
async def test_a_full_disk_is_an_outage_until_there_is_space_again(url: str) -> None:
    async with opened(url) as database:
        connection = database.writer.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

        async def fill(tx: Transaction, place: int) -> int:
            added = await tx.run(ADD, id=f"i{place}" * (100_000 if place == 2 else 1), place=place)
            await asyncio.sleep(0)
            return added

        units = [asyncio.create_task(database.unit(partial(fill, place=place))) for place in (1, 2, 3)]
        await asyncio.wait(units, timeout=0.5)

        assert [unit.done() for unit in units] == [True] * 3
        assert isinstance(units[1].exception(), DatabaseUnavailable)
        connection.execute("PRAGMA max_page_count=1000000")
        await asyncio.wait_for(database.unit(lambda tx: tx.run(ADD, **new(9))), 0.5)
        kept = [place for place, unit in zip((1, 2, 3), units, strict=True) if unit.exception() is None]
        assert await places(url) == [*kept, 9]
