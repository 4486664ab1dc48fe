"""What cannot be done is tried again, less and less often, and given up in the end."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from authme.kernel.clock import FakeClock
from authme.outbox.back_off import delay_ms
from authme.outbox.circuit import Circuit
from authme.outbox.handler import Later
from authme.outbox.model import Delivery
from outbox.processes import OtherSide, Process, StartProcess
from support.two_engines import NOON, plain_sql, rows_of


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(1, 1_000), (2, 2_000), (3, 4_000), (9, 256_000), (10, 300_000), (10_000, 300_000)]
)
def test_the_wait_doubles_up_to_five_minutes_and_differs_by_chance(failures: int, ceiling: int):
    waits = {delay_ms(failures) for _ in range(200)}

    assert ceiling / 2 <= min(waits)
    assert max(waits) <= ceiling
    assert len(waits) > 50


async def test_what_was_put_off_is_tried_again_when_it_is_due(
    process: Process, other_side: OtherSide, clock: FakeClock, url: str
):
    other_side.refuse(1, outcome=Later("busy"))
    await process.enqueue(1)

    assert await process.courier.deliver_due() == 1
    [(due_at, *rest)] = await rows_of(url, "SELECT due_at, state, attempts, fault, claimed_by FROM outbox")
    assert rest == ["PENDING", 1, "busy", None]
    assert isinstance(due_at, int)
    assert NOON + 500 <= due_at <= NOON + 1_000

    assert await process.courier.deliver_due() == 0
    clock.advance(timedelta(seconds=1))
    other_side.accept(1)
    assert await process.courier.deliver_due() == 1
    assert [one.attempts for one in other_side.taken] == [0, 1]
    assert await rows_of(url, "SELECT state, attempts, fault FROM outbox") == [("SENT", 2, None)]


async def test_what_was_refused_for_good_is_not_tried_again_and_keeps_what_is_in_it(
    process: Process, other_side: OtherSide, clock: FakeClock, url: str
):
    other_side.refuse(1)
    await process.enqueue(1)

    await process.courier.deliver_due()
    clock.advance(timedelta(days=1))

    assert await process.courier.deliver_due() == 0
    assert await rows_of(url, "SELECT state, fault, payload IS NULL, done_at FROM outbox") in (
        [("FAILED", "no", False, NOON)],
        [("FAILED", "no", 0, NOON)],
    )


async def test_a_channel_that_is_down_is_not_asked_with_every_row(
    start: StartProcess, other_side: OtherSide, clock: FakeClock, url: str
):
    process = await start(at_once=4)
    other_side.is_down = True
    await process.enqueue(*range(50))

    tried = await process.courier.deliver_due()
    clock.advance(timedelta(hours=1))
    again = await process.courier.deliver_due()

    assert (tried, again) == (4, 0)
    assert sorted(await rows_of(url, "SELECT attempts, count(*) FROM outbox GROUP BY attempts")) == [(0, 46), (1, 4)]


async def test_it_is_tried_with_one_row_and_then_with_all(process: Process, other_side: OtherSide):
    other_side.is_down = True
    await process.enqueue(*range(20))
    process.courier.start()
    await other_side.until_asked(8)

    other_side.is_down = False
    await other_side.until_asked(20)

    # The ones that failed are tried later, so none holds up the others.
    assert set(other_side.numbers) >= set(range(12))


class TestCircuit:
    def test_a_channel_that_is_up_takes_as_many_as_are_free(self):
        assert Circuit().room(0.0, free=8, under_way=0) == 8

    def test_one_that_is_down_pauses_and_then_takes_one(self):
        circuit = Circuit()

        assert circuit.found_down(100.0)
        assert not circuit.found_down(100.0)
        assert circuit.room(100.4, free=8, under_way=0) == 0
        assert circuit.room(101.0, free=8, under_way=0) == 1
        assert circuit.room(101.0, free=7, under_way=1) == 0
        assert circuit.found_up()
        assert not circuit.found_up()
        assert circuit.room(101.0, free=8, under_way=0) == 8

    def test_the_pauses_grow_to_half_a_minute(self):
        circuit, now, pauses = Circuit(), 0.0, []
        for _ in range(12):
            circuit.found_down(now)
            began = now
            while not circuit.room(now, free=1, under_way=0):
                now += 0.05
            pauses.append(now - began)

        assert pauses[0] <= 1.1
        assert 14 <= pauses[-1] <= 30.1


async def test_what_takes_longer_than_it_may_is_broken_off(
    start: StartProcess, other_side: OtherSide, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("authme.outbox.lane_runner._BROKEN_OFF", timedelta(milliseconds=10))
    process = await start(longest=timedelta(milliseconds=10))
    other_side.hold()
    await process.enqueue(1)

    await process.courier.deliver_due()

    assert await rows_of(url, "SELECT state, attempts, fault FROM outbox") == [("PENDING", 1, "it took too long")]


async def test_a_defect_stops_nobody_and_does_not_tell_what_is_in_the_row(
    process: Process, other_side: OtherSide, url: str, monkeypatch: pytest.MonkeyPatch
):
    async def fail(delivery: Delivery) -> None:
        raise LookupError(str(delivery.payload))

    with capture_logs() as log, monkeypatch.context() as patched:
        patched.setattr(other_side, "deliver", fail)
        await process.enqueue(4711)
        await process.courier.deliver_due()

    assert await rows_of(url, "SELECT state, attempts, fault FROM outbox") == [("PENDING", 1, "unexpected: LookupError")]
    assert "4711" not in str(log)
    assert "LookupError at " in str(log)


async def test_each_change_of_state_is_one_line_with_the_id_channel_and_tries(
    process: Process, other_side: OtherSide, url: str
):
    other_side.refuse(2)
    other_side.refuse(3, outcome=Later("busy"))
    await process.enqueue(1, 2, 3)

    with capture_logs() as log:
        await process.courier.deliver_due()

    ids = {row_id for (row_id,) in await rows_of(url, "SELECT id FROM outbox")}
    assert sorted(line["event"] for line in log) == ["task.deferred", "task.given_up", "task.sent"]
    assert {line["id"] for line in log} == ids
    assert {(line["channel"], line["attempts"]) for line in log} == {("HERE", 1)}


class TestClockMovedBack:
    async def test_what_is_due_in_a_far_future_is_due(self, process: Process, other_side: OtherSide, clock: FakeClock):
        await process.enqueue(1)
        clock.advance(timedelta(days=-1))

        assert await process.courier.deliver_due() == 1
        assert other_side.numbers == [1]

    async def test_a_little_is_waited_for(self, process: Process, clock: FakeClock):
        await process.enqueue(1)
        clock.advance(timedelta(minutes=-5))
        assert await process.courier.deliver_due() == 0

        clock.advance(timedelta(minutes=5))
        assert await process.courier.deliver_due() == 1

    async def test_a_claim_from_a_far_future_is_none(self, process: Process, clock: FakeClock, url: str):
        await process.enqueue(1)
        # As a process leaves it that dies.
        await plain_sql(url, "UPDATE outbox SET claimed_by = 'dead', claimed_until =", NOON + 30_000)
        assert await process.courier.deliver_due() == 0

        clock.advance(timedelta(hours=-1))

        assert await process.courier.deliver_due() == 1

    async def test_what_this_process_is_at_is_not_begun_again(self, process: Process, other_side: OtherSide, clock: FakeClock):
        process.courier.start()
        other_side.hold()
        await process.enqueue(1)
        await other_side.until_asked(1)

        clock.advance(timedelta(hours=-1))
        await process.enqueue(2)
        await other_side.until_asked(2)
        other_side.release()
        await process.courier.stop()

        assert other_side.numbers == [1, 2]
