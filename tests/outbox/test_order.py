"""Rows of one key are done one after the other, whoever else runs and whoever dies; other keys do not wait for it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.outbox.again import cancel, retry, retry_all
from authme.outbox.handler import Later
from outbox.processes import OtherSide, Process, StartProcess
from support.two_engines import NOON, plain_sql, rows_of

LEASE = timedelta(seconds=30)


async def id_of(url: str, number: int) -> str:
    [(row_id,)] = await rows_of(url, f"SELECT id FROM outbox WHERE order_no = {number}")  # noqa: S608  # a number of ours
    return str(row_id)


async def until_one_waits_for_a_lock(url: str, claiming: "asyncio.Task[Any]") -> None:
    """Return when a claim has met what another unit of work has not committed; on SQLite it waits for its turn as it begins."""
    if url.startswith("sqlite"):
        await asyncio.wait([claiming], timeout=0.05)
        return
    async with asyncio.timeout(5):
        while not await rows_of(url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            assert not claiming.done()


async def test_workers_that_look_at_once_do_each_row_once_and_in_order(start: StartProcess, other_side: OtherSide, url: str):
    processes = [await start() for _ in range(3)]
    keys = [f"key {number}" for number in range(7)]
    for key in keys:
        # Not in the order in which they are written: their numbers count.
        await processes[0].enqueue(*reversed(range(6)), order_key=key)
    await processes[0].enqueue(*range(9))

    while any(await asyncio.gather(*(one.courier.deliver_due() for one in processes))):
        pass

    assert {key: other_side.in_order(key) for key in keys} == {key: list(range(6)) for key in keys}
    assert other_side.were_at_once == []
    assert len(other_side.taken) == 7 * 6 + 9
    assert await rows_of(url, "SELECT DISTINCT state, attempts FROM outbox") == [("SENT", 1)]


async def test_what_is_not_done_yet_holds_up_those_after_it_and_nobody_else(
    process: Process, other_side: OtherSide, clock: FakeClock
):
    other_side.refuse(1, outcome=Later("busy"))
    await process.enqueue(1, 2, 3, order_key="a")
    await process.enqueue(4, order_key="b")
    await process.enqueue(5)

    assert await process.courier.deliver_due() == 3
    assert other_side.numbers == [1, 4, 5]
    other_side.accept(1)
    clock.advance(timedelta(seconds=1))
    await process.courier.deliver_due()

    assert other_side.in_order("a") == [1, 1, 2, 3]


async def test_what_waits_for_a_row_that_was_put_off_is_not_looked_at_until_then(
    process: Process, other_side: OtherSide, url: str
):
    other_side.refuse(1, outcome=Later("busy"))
    await process.enqueue(1, 2, 3, order_key="a")
    await process.enqueue(4, order_key="b")

    await process.courier.deliver_due()

    due = dict(await rows_of(url, "SELECT order_no, due_at FROM outbox"))  # type: ignore[arg-type]  # pairs
    assert due[2] == due[3] == due[1]
    assert due[1] > NOON  # type: ignore[operator]  # a number
    assert due[4] == NOON


async def test_what_failed_or_was_taken_back_holds_up_nobody(process: Process, other_side: OtherSide, url: str):
    other_side.refuse(1)
    await process.enqueue(1, 2, 3, order_key="a")
    taken_back = await id_of(url, 2)
    await process.worker.run(lambda ctx: cancel(ctx, "TASK", taken_back))

    await process.courier.deliver_due()

    assert other_side.in_order("a") == [1, 3]
    assert sorted(await rows_of(url, "SELECT order_no, state FROM outbox")) == [(1, "FAILED"), (2, "CANCELLED"), (3, "SENT")]


async def test_a_row_waits_for_what_a_worker_holds_and_for_what_a_dead_one_held(
    start: StartProcess, other_side: OtherSide, clock: FakeClock
):
    first, second = await start(), await start()
    await first.enqueue(1, 2, order_key="a")
    other_side.hold()
    dying = asyncio.create_task(first.courier.deliver_due())
    await other_side.until_asked(1)

    clock.advance(LEASE - timedelta(seconds=1))
    assert await second.courier.deliver_due() == 0
    clock.advance(timedelta(seconds=1))
    again = asyncio.create_task(second.courier.deliver_due())
    await other_side.until_asked(2)
    other_side.release()
    await asyncio.gather(dying, again)

    assert other_side.in_order("a") == [1, 1, 2]


async def test_what_is_given_back_when_the_server_stops_is_still_the_first(
    start: StartProcess, other_side: OtherSide, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("authme.outbox.courier._GRACE", timedelta(milliseconds=20))
    first, second = await start(), await start()
    await first.enqueue(1, 2, order_key="a")
    first.courier.start()
    other_side.hold()
    await other_side.until_asked(1)
    await first.courier.stop()
    other_side.release()

    await second.courier.deliver_due()

    assert other_side.in_order("a") == [1, 1, 2]


class TestAnOlderRowThatIsTriedAgain:
    @pytest.fixture
    async def failed(self, process: Process, other_side: OtherSide, url: str) -> str:
        other_side.refuse(1)
        await process.enqueue(1, order_key="a")
        await process.courier.deliver_due()
        other_side.accept(1)
        return await id_of(url, 1)

    async def test_it_goes_before_one_that_waits(self, process: Process, other_side: OtherSide, failed: str, clock: FakeClock):
        await process.enqueue(2, order_key="a")

        await process.worker.run(lambda ctx: retry(ctx, "TASK", failed))
        await process.courier.deliver_due()
        clock.advance(timedelta(seconds=1))
        await process.courier.deliver_due()

        assert other_side.in_order("a") == [1, 1, 2]

    @pytest.mark.usefixtures("failed")
    async def test_it_comes_after_one_that_is_done(self, process: Process, other_side: OtherSide):
        await process.enqueue(2, order_key="a")
        await process.courier.deliver_due()

        assert await process.worker.run(lambda ctx: retry_all(ctx, "TASK")) == 1
        await process.courier.deliver_due()

        assert other_side.in_order("a") == [1, 2, 1]

    async def test_it_waits_for_one_that_is_under_way_on_any_worker(
        self, start: StartProcess, process: Process, other_side: OtherSide, failed: str
    ):
        second = await start()
        await process.enqueue(2, order_key="a")
        other_side.hold()
        delivering = asyncio.create_task(process.courier.deliver_due())
        await other_side.until_asked(2)

        await second.worker.run(lambda ctx: retry(ctx, "TASK", failed))

        assert await second.courier.deliver_due() == 0
        other_side.release()
        await delivering
        await second.courier.deliver_due()
        assert other_side.in_order("a") == [1, 2, 1]
        assert other_side.were_at_once == []

    async def test_it_waits_in_the_same_process_when_the_clock_is_moved_back(
        self, process: Process, other_side: OtherSide, failed: str, clock: FakeClock
    ):
        await process.enqueue(2, order_key="a")
        process.courier.start()
        other_side.hold()
        await other_side.until_asked(2)

        clock.advance(timedelta(hours=-1))
        await process.worker.run(lambda ctx: retry(ctx, "TASK", failed))
        await process.enqueue(3)
        await other_side.until_asked(3)
        assert other_side.in_order("a") == [1, 2]
        other_side.release()
        await other_side.until_asked(4)
        await process.courier.stop()

        assert other_side.in_order("a") == [1, 2, 1]
        assert other_side.were_at_once == []

    async def test_one_that_is_being_claimed_at_that_moment_is_not_begun_beside_it(
        self, start: StartProcess, process: Process, other_side: OtherSide, failed: str, url: str, clock: FakeClock
    ):
        second, is_written, may_commit = await start(), asyncio.Event(), asyncio.Event()
        await process.enqueue(2, order_key="a")

        async def retry_slowly(ctx: Context) -> None:
            await retry(ctx, "TASK", failed)
            is_written.set()
            await may_commit.wait()

        retrying = asyncio.create_task(process.worker.run(retry_slowly))
        await is_written.wait()
        claiming = asyncio.create_task(second.courier.deliver_due())
        await until_one_waits_for_a_lock(url, claiming)
        may_commit.set()
        await asyncio.gather(retrying, claiming)
        clock.advance(timedelta(seconds=1))
        await process.courier.deliver_due()

        assert other_side.in_order("a") == [1, 1, 2]


async def test_of_a_dead_worker_with_a_claim_from_the_future_nobody_waits(
    process: Process, other_side: OtherSide, url: str, clock: FakeClock
):
    await process.enqueue(1, 2, order_key="a")
    await plain_sql(url, "UPDATE outbox SET claimed_by = 'dead', claimed_until =", NOON + 30_000, "WHERE order_no = 2")
    clock.advance(timedelta(hours=-1))

    await process.courier.deliver_due()

    assert other_side.in_order("a") == [1, 2]
