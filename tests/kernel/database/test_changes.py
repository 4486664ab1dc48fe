import asyncio
from collections.abc import Awaitable, Callable

import pytest

from authme.kernel.database import Changes, Database, Transaction
from kernel.items import ADD, ON_POSTGRESQL, new
from support.two_engines import plain_sql

Open = Callable[[], Awaitable[Database]]


@pytest.fixture(autouse=True)
def _short_turns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the channel be looked at more often, except where the test is how often."""
    if "within_a_second" not in request.node.name:
        monkeypatch.setattr("authme.kernel.database.sqlite._POLL", 0.02)
        monkeypatch.setattr("authme.kernel.database.postgres._HEARTBEAT", 0.1)


def listen(database: Database, topic: str = "item") -> "asyncio.Queue[str]":
    heard: asyncio.Queue[str] = asyncio.Queue()
    database.changes.subscribe(topic, heard.put_nowait)
    return heard


async def announce(database: Database, key: str, topic: str = "item") -> None:
    async def work(tx: Transaction) -> None:
        tx.announce(topic, key)

    await database.unit(work)


async def test_a_change_is_heard_in_its_own_process_before_the_unit_is_answered(database: Database) -> None:
    heard = listen(database)

    await announce(database, "i1")

    assert heard.get_nowait() == "i1"


async def test_a_change_is_heard_in_another_process_within_a_second(database: Database, open_database: Open) -> None:
    heard = listen(await open_database())

    await announce(database, "i1")

    assert await asyncio.wait_for(heard.get(), 1) == "i1"


@pytest.mark.parametrize("is_deferred", [False, True], ids=["now", "deferred"])
async def test_changes_are_told_along_with_what_is_written(
    database: Database, open_database: Open, *, is_deferred: bool
) -> None:
    heard = listen(await open_database())

    async def work(tx: Transaction) -> None:
        tx.announce("item", "i1")
        tx.announce("item", 'é "quoted"')
        if is_deferred:
            tx.defer(ADD, **new(1))
        else:
            await tx.run(ADD, **new(1))

    await database.unit(work)

    assert [await asyncio.wait_for(heard.get(), 1) for _ in range(2)] == ["i1", 'é "quoted"']


async def test_what_is_heard_is_committed(database: Database, open_database: Open) -> None:
    other = await open_database()
    heard = listen(other)
    gate = asyncio.Event()

    async def work(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        tx.announce("item", "i1")
        await gate.wait()

    unit = asyncio.create_task(database.unit(work))
    await asyncio.sleep(0.05)
    assert heard.empty()
    gate.set()
    assert await asyncio.wait_for(heard.get(), 1) == "i1"
    await unit


async def test_a_unit_that_is_undone_tells_nobody(database: Database, open_database: Open) -> None:
    own, elsewhere = listen(database), listen(await open_database())

    async def fail(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        tx.announce("item", "undone")
        raise LookupError

    with pytest.raises(LookupError):
        await database.unit(fail)
    await announce(database, "kept")

    assert await asyncio.wait_for(own.get(), 1) == "kept"
    assert await asyncio.wait_for(elsewhere.get(), 1) == "kept"


async def test_another_topic_is_not_heard(database: Database, open_database: Open) -> None:
    heard = listen(await open_database())

    await announce(database, "i1", topic="label")
    await announce(database, "i2")

    assert await asyncio.wait_for(heard.get(), 1) == "i2"


async def test_what_was_announced_before_a_process_began_is_not_told_to_it(database: Database, open_database: Open) -> None:
    await announce(database, "before")

    heard = listen(await open_database())
    await announce(database, "after")

    assert await asyncio.wait_for(heard.get(), 1) == "after"


async def test_changes_are_healthy_from_the_opening_on(database: Database) -> None:
    assert database.changes.healthy


@ON_POSTGRESQL
async def test_a_lost_channel_is_noted_and_regained_and_whatever_changed_meanwhile_is_told(
    database: Database, open_database: Open, url: str
) -> None:
    other = await open_database()
    heard = listen(other)
    healthy: list[bool] = [other.changes.healthy]
    other.changes.subscribe("item", lambda _: healthy.append(other.changes.healthy))

    await plain_sql(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "WHERE datname = current_database() AND query LIKE 'LISTEN %'",
    )
    async with asyncio.timeout(1):
        while other.changes.healthy:  # noqa: ASYNC110  # nothing tells of it, a cache asks each time
            await asyncio.sleep(0.01)

    assert await asyncio.wait_for(heard.get(), 2) == "*"
    # Whoever hears it drops everything first; what is kept is used again only after that.
    assert healthy == [True, False]
    assert other.changes.healthy
    await announce(database, "i1")
    assert await asyncio.wait_for(heard.get(), 1) == "i1"


def test_a_loss_is_noted_and_its_end_tells_every_subscriber() -> None:
    changes, heard = Changes(), list[str]()
    changes.subscribe("item", lambda key: heard.append(f"item {key}"))
    changes.subscribe("label", lambda key: heard.append(f"label {key}"))
    assert not changes.healthy

    changes.regained()
    assert (changes.healthy, heard) == (True, ["item *", "label *"])

    changes.lost()
    assert not changes.healthy
