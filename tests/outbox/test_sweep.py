"""What is long over goes, and what could not be done for days is given up."""

from datetime import timedelta

from authme.kernel.clock import FakeClock
from authme.outbox.handler import Later
from authme.outbox.sweep import sweep
from outbox.processes import OtherSide, Process
from support.two_engines import rows_of


async def states(url: str) -> list[tuple[object, ...]]:
    return sorted(await rows_of(url, "SELECT state, count(*) FROM outbox GROUP BY state"))


async def test_what_is_done_is_kept_for_a_day(process: Process, clock: FakeClock, url: str):
    await process.enqueue(1)
    await process.courier.deliver_due()

    clock.advance(timedelta(days=1))
    assert await process.worker.run(sweep) == 0
    clock.advance(timedelta(milliseconds=1))
    assert await process.worker.run(sweep) == 1

    assert await states(url) == []


async def test_what_failed_is_kept_for_a_month(process: Process, other_side: OtherSide, clock: FakeClock, url: str):
    other_side.refuse(1)
    await process.enqueue(1)
    await process.courier.deliver_due()

    clock.advance(timedelta(days=30))
    assert await process.worker.run(sweep) == 0
    clock.advance(timedelta(milliseconds=1))
    assert await process.worker.run(sweep) == 1

    assert await states(url) == []


async def test_what_could_not_be_done_for_days_is_given_up_and_could_be_tried_again(
    process: Process, other_side: OtherSide, clock: FakeClock, url: str
):
    other_side.refuse(1, outcome=Later("busy"))
    await process.enqueue(1)
    await process.enqueue(2, channel="ELSEWHERE")
    await process.courier.deliver_due()

    clock.advance(timedelta(days=5))
    await process.worker.run(sweep)
    assert await states(url) == [("PENDING", 2)]
    clock.advance(timedelta(milliseconds=1))
    await process.worker.run(sweep)

    assert await states(url) == [("FAILED", 2)]
    assert {fault for (fault,) in await rows_of(url, "SELECT fault FROM outbox")} == {"not done within 5 days"}
    assert await rows_of(url, "SELECT count(*) FROM outbox WHERE payload IS NOT NULL") == [(2,)]
    assert await process.courier.deliver_due() == 0


async def test_each_kind_is_tried_for_as_long_as_it_is_told_to(process: Process, clock: FakeClock, url: str):
    await process.enqueue(1)
    await process.enqueue(2, kind="PATIENT TASK")
    await process.enqueue(3, kind="A KIND THAT NOTHING IS SAID OF")

    clock.advance(timedelta(days=5, milliseconds=1))
    assert await process.worker.run(sweep) == 1
    clock.advance(timedelta(days=25))
    assert await process.worker.run(sweep) == 1
    clock.advance(timedelta(days=900))
    await process.worker.run(sweep)

    assert await rows_of(url, "SELECT kind, state FROM outbox") == [("A KIND THAT NOTHING IS SAID OF", "PENDING")]


async def test_what_is_being_done_is_not_given_up(process: Process, other_side: OtherSide, clock: FakeClock, url: str):
    await process.enqueue(1)
    clock.advance(timedelta(days=6))
    process.courier.start()
    other_side.hold()
    await other_side.until_asked(1)

    await process.worker.run(sweep)

    assert await states(url) == [("PENDING", 1)]
    other_side.release()
    await process.courier.stop()
    assert await states(url) == [("SENT", 1)]
