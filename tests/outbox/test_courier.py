"""Each row is done once, whoever else runs and whoever dies."""

import asyncio
from datetime import timedelta

import pytest

from authme.kernel.clock import FakeClock
from authme.outbox.handler import Later
from outbox.processes import OtherSide, Process, StartProcess
from support.two_engines import plain_sql, rows_of

LEASE = timedelta(seconds=30)


async def test_of_couriers_that_look_at_once_each_row_is_claimed_by_one(start: StartProcess, other_side: OtherSide, url: str):
    processes = [await start() for _ in range(4)]
    await processes[0].enqueue(*range(60))

    tried = await asyncio.gather(*(one.courier.deliver_due() for one in processes))

    assert other_side.numbers == list(range(60))
    assert sum(tried) == 60
    assert await rows_of(url, "SELECT DISTINCT state, attempts FROM outbox") == [("SENT", 1)]


async def test_no_more_are_under_way_at_once_than_the_lane_says(start: StartProcess, other_side: OtherSide):
    process = await start(at_once=3)
    await process.enqueue(*range(7))
    other_side.hold()

    delivering = asyncio.create_task(process.courier.deliver_due())
    await other_side.until_asked(3)
    assert len(other_side.taken) == 3
    other_side.release()
    await delivering

    assert other_side.numbers == list(range(7))


async def test_a_row_that_is_being_done_is_nobody_elses(start: StartProcess, other_side: OtherSide, clock: FakeClock):
    first, second = await start(), await start()
    await first.enqueue(1)
    other_side.hold()
    delivering = asyncio.create_task(first.courier.deliver_due())
    await other_side.until_asked(1)

    clock.advance(LEASE - timedelta(seconds=1))
    assert await second.courier.deliver_due() == 0

    other_side.release()
    await delivering
    assert other_side.numbers == [1]


async def test_a_claim_that_ran_out_is_anothers(start: StartProcess, other_side: OtherSide, clock: FakeClock, url: str):
    first, second = await start(), await start()
    await first.enqueue(1)
    other_side.hold()
    dying = asyncio.create_task(first.courier.deliver_due())
    await other_side.until_asked(1)

    clock.advance(LEASE)
    again = asyncio.create_task(second.courier.deliver_due())
    await other_side.until_asked(2)
    other_side.release()
    await asyncio.gather(dying, again)

    assert {one.id for one in other_side.taken} == {other_side.taken[0].id}
    assert await rows_of(url, "SELECT state, attempts, claimed_by FROM outbox") == [("SENT", 1, None)]


async def test_whoever_lost_the_claim_does_not_put_the_row_off(
    start: StartProcess, other_side: OtherSide, clock: FakeClock, url: str
):
    first, second = await start(), await start()
    await first.enqueue(1)
    other_side.hold()
    other_side.refuse(1, outcome=Later("busy"))
    dying = asyncio.create_task(first.courier.deliver_due())
    await other_side.until_asked(1)
    clock.advance(LEASE)
    again = asyncio.create_task(second.courier.deliver_due())
    await other_side.until_asked(2)
    claimed = await rows_of(url, "SELECT claimed_by FROM outbox")

    # The first one's outcome comes while the second is at it.
    other_side.release(1)
    await dying

    assert await rows_of(url, "SELECT claimed_by, attempts FROM outbox") == [(claimed[0][0], 0)]
    other_side.release()
    await again


async def test_a_courier_that_runs_delivers_what_it_is_woken_for_at_once(process: Process, other_side: OtherSide):
    process.courier.start()

    await process.enqueue(1)
    await asyncio.wait_for(other_side.until_asked(1), 0.5)


async def test_a_courier_that_runs_finds_what_another_process_wrote(start: StartProcess, other_side: OtherSide):
    first, second = await start(), await start()
    second.courier.start()

    await first.enqueue(1)
    await other_side.until_asked(1)


async def test_what_no_lane_takes_waits(process: Process, url: str, other_side: OtherSide):
    await process.enqueue(1, channel="ELSEWHERE")

    assert await process.courier.deliver_due() == 0

    assert other_side.taken == []
    assert await rows_of(url, "SELECT state, attempts FROM outbox") == [("PENDING", 0)]


async def test_what_is_under_way_is_finished_when_the_server_stops(process: Process, other_side: OtherSide, url: str):
    process.courier.start()
    other_side.hold()
    await process.enqueue(1)
    await other_side.until_asked(1)

    stopping = asyncio.create_task(process.courier.stop())
    await asyncio.sleep(0)
    other_side.release()
    await stopping
    await process.enqueue(2)

    assert sorted(await rows_of(url, "SELECT state FROM outbox")) == [("PENDING",), ("SENT",)]
    assert other_side.is_closed


async def test_what_takes_too_long_is_given_back_when_the_server_stops(
    start: StartProcess, other_side: OtherSide, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("authme.outbox.courier._GRACE", timedelta(milliseconds=20))
    first, second = await start(), await start()
    first.courier.start()
    other_side.hold()
    await first.enqueue(1)
    await other_side.until_asked(1)

    await first.courier.stop()

    assert await rows_of(url, "SELECT state, claimed_by, claimed_until, attempts FROM outbox") == [("PENDING", None, 0, 0)]
    other_side.release()
    assert await second.courier.deliver_due() == 1


async def test_a_courier_that_was_stopped_may_be_started_again(process: Process, other_side: OtherSide):
    process.courier.start()
    await process.courier.stop()
    process.courier.start()

    await process.enqueue(1)
    await other_side.until_asked(1)


async def test_a_row_that_does_not_open_is_given_up(process: Process, other_side: OtherSide, url: str):
    await process.enqueue(1)
    await plain_sql(url, "UPDATE outbox SET id = '0123456789abcdef01234567'")

    await process.courier.deliver_due()

    assert other_side.taken == []
    assert await rows_of(url, "SELECT state, fault FROM outbox") == [("FAILED", "it cannot be opened with this master key")]
