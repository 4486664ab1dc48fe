import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress

import pytest

from authme.kernel.database import Database, Transaction, sqlite_path
from authme.kernel.database.sqlite import open_connection
from kernel.items import ADD, ADD_LABEL, FIND, new, places
from support.two_engines import rows_of

Work = Callable[[Transaction], Awaitable[object]]


async def cancel_at_each_await(database: Database, work: Callable[[int], Work]) -> list[int]:
    """Run units one after another, each cancelled one turn of the event loop later than the one before.

    Return the numbers of the first three that were over before their cancellation.
    """
    over: list[int] = []
    number = -1
    while len(over) < 3:
        number += 1
        unit = asyncio.create_task(database.unit(work(number)))
        for _ in range(number):
            await asyncio.sleep(0)
            # What the unit waits for happens now, so that one turn of the loop is one step of the unit.
            time.sleep(0.002)  # noqa: ASYNC251  # the loop must not turn meanwhile
        if unit.done():
            over.append(number)
        unit.cancel()
        with suppress(asyncio.CancelledError):
            await unit
    assert number > 3
    return over


def write_now(number: int) -> Work:
    async def work(tx: Transaction) -> None:
        await tx.one(FIND, id="i0")
        await tx.run(ADD, **new(number))
        await tx.one(FIND, id="i0")
        await tx.run(ADD_LABEL, id=f"l{number}", item_id=f"i{number}")

    return work


def write_at_the_end(number: int) -> Work:
    async def work(tx: Transaction) -> None:
        tx.defer(ADD, **new(number))
        tx.defer(ADD_LABEL, id=f"l{number}", item_id=f"i{number}")

    return work


def write_now_and_at_the_end(number: int) -> Work:
    async def work(tx: Transaction) -> None:
        tx.defer(ADD_LABEL, id=f"l{number}", item_id=f"i{number}")
        await tx.run(ADD, **new(number))

    return work


async def check_nothing_is_open(url: str) -> None:
    path = sqlite_path(url)
    if path is not None:
        with closing(open_connection(path)) as another:
            another.execute("BEGIN IMMEDIATE")
        return
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    assert await rows_of(url, query) == [(0,)]


async def check_all_or_nothing(database: Database, url: str, work: Callable[[int], Work]) -> None:
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))

    over = await cancel_at_each_await(database, work)

    await check_nothing_is_open(url)
    kept = await places(url)
    assert {f"i{place}" for place in kept} == {item_id for (item_id,) in await rows_of(url, "SELECT item_id FROM label")}
    assert set(over) <= set(kept)
    assert 0 not in kept
    more = [work(place) for place in range(1000, 1020)]
    await asyncio.wait_for(asyncio.gather(*(database.unit(each) for each in more)), 5)
    assert len(await places(url)) == len(kept) + 20
    # The pool complains of a connection that came back in the midst of a transaction.
    assert [text for text in complaints if "active transaction" in text] == []


@pytest.mark.parametrize("work", [write_now, write_now_and_at_the_end])
async def test_a_unit_cancelled_at_any_await_leaves_all_or_nothing(
    database: Database, url: str, work: Callable[[int], Work]
) -> None:
    await check_all_or_nothing(database, url, work)


async def test_a_unit_of_deferred_writes_cancelled_at_any_await_leaves_all_or_nothing(database: Database, url: str) -> None:
    await check_all_or_nothing(database, url, write_at_the_end)


async def test_a_unit_cancelled_while_others_are_at_work_leaves_all_or_nothing(database: Database, url: str) -> None:
    """A unit that has the database for itself is committed in another way."""
    is_over = asyncio.Event()
    beside = asyncio.create_task(database.unit(lambda _: is_over.wait()))

    await check_all_or_nothing(database, url, write_at_the_end)

    is_over.set()
    await beside


async def test_units_cancelled_more_often_than_there_are_connections_keep_none(database: Database, url: str) -> None:
    for number in range(30):
        has_written = asyncio.Event()

        async def work(tx: Transaction, number: int = number, has_written: asyncio.Event = has_written) -> None:
            await tx.run(ADD, **new(number))
            has_written.set()
            await asyncio.Event().wait()

        unit = asyncio.create_task(database.unit(work))
        await has_written.wait()
        unit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await unit

    assert await places(url) == []
    await check_nothing_is_open(url)
    await asyncio.wait_for(asyncio.gather(*(database.unit(write_now(number)) for number in range(20))), 5)


async def test_units_cancelled_while_they_wait_for_their_turn_leave_nothing(database: Database, url: str) -> None:
    may_end = asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await tx.run(ADD, **new(0))
        await may_end.wait()

    holders = [asyncio.create_task(database.unit(hold))]
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(database.unit(write_now(number))) for number in range(1, 30)]
    await asyncio.sleep(0)
    for unit in waiting[::2]:
        unit.cancel()
    may_end.set()
    await asyncio.wait_for(asyncio.gather(*holders, *waiting, return_exceptions=True), 5)

    assert await places(url) == [0, *(number for number in range(1, 30) if number % 2 == 0)]
    await check_nothing_is_open(url)


async def test_of_many_units_at_once_the_cancelled_ones_harm_no_other(database: Database, url: str) -> None:
    chance = random.Random(7)
    units = [asyncio.create_task(database.unit(write_now(number))) for number in range(150)]
    left_alone = [number for number in range(150) if number % 2]
    while any(not unit.done() for unit in units[::2]):
        chance.choice(units[::2]).cancel()
        await asyncio.sleep(0)
    # A batch that was left open is committed with the next unit.
    await asyncio.wait_for(database.unit(write_now(1000)), 5)
    answers = await asyncio.wait_for(asyncio.gather(*units, return_exceptions=True), 5)

    kept = await places(url)
    assert all(answers[number] is None for number in left_alone)
    assert set(left_alone) <= set(kept)
    assert {f"i{place}" for place in kept} == {item_id for (item_id,) in await rows_of(url, "SELECT item_id FROM label")}
    await check_nothing_is_open(url)


async def test_what_was_committed_is_told_in_its_own_process_even_if_the_unit_was_cancelled(
    database: Database, url: str
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    database.changes.subscribe("item", heard.put_nowait)

    def announce(number: int) -> Work:
        async def work(tx: Transaction) -> None:
            await tx.run(ADD, **new(number))
            tx.announce("item", str(number))

        return work

    await cancel_at_each_await(database, announce)

    unheard = {str(place) for place in await places(url)}
    assert len(unheard) >= 3
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while unheard:
                unheard.discard(await heard.get())
    assert unheard == set()


async def test_a_read_that_is_cancelled_does_not_keep_its_connection(database: Database) -> None:
    for _ in range(30):
        reading = asyncio.create_task(database.reader().one(FIND, id="i1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading

    await asyncio.wait_for(asyncio.gather(*(database.reader().one(FIND, id="i1") for _ in range(20))), 5)
