"""An operator has what failed tried again, and takes back what is not to be done."""

from datetime import timedelta

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.errors import StateForbids
from authme.outbox.again import cancel, retry, retry_all
from authme.outbox.list import list_entries
from authme.outbox.model import Entry
from authme.outbox.sweep import sweep
from outbox.processes import OtherSide, Process
from support.two_engines import plain_sql, rows_of


async def entries(process: Process, **only: str) -> list[Entry]:
    reader = process.worker.database.reader()
    return [entry async for entry in list_entries(reader, "TASK", **only)]  # type: ignore[arg-type]  # a state


async def failed(process: Process, other_side: OtherSide, *numbers: int) -> list[str]:
    """Have these refused for good; return their rows' ids."""
    other_side.refuse(*numbers)
    await process.enqueue(*numbers)
    await process.courier.deliver_due()
    for number in numbers:
        other_side.accept(number)
    return [entry.id for entry in await entries(process, state="FAILED")]


async def test_what_failed_is_tried_again_as_if_it_were_new(
    process: Process, other_side: OtherSide, clock: FakeClock, url: str
):
    [row_id] = await failed(process, other_side, 1)
    clock.advance(timedelta(days=20))

    await process.worker.run(lambda ctx: retry(ctx, "TASK", row_id))
    await process.worker.run(sweep)

    assert await process.courier.deliver_due() == 1
    assert await rows_of(url, "SELECT state, attempts, fault, payload FROM outbox") == [("SENT", 1, None, None)]
    assert await rows_of(url, "SELECT action, target FROM audit_event") == [("outbox.retried", row_id)]


async def test_all_that_failed_is_tried_again(process: Process, other_side: OtherSide):
    await failed(process, other_side, 1, 2, 3)
    await process.enqueue(4)

    assert await process.worker.run(lambda ctx: retry_all(ctx, "TASK")) == 3
    assert await process.courier.deliver_due() == 4


async def test_what_did_not_fail_or_is_empty_is_not_tried_again(process: Process, other_side: OtherSide, url: str):
    await process.enqueue(1)
    await process.courier.deliver_due()
    [sent] = await entries(process)
    [row_id] = await failed(process, other_side, 2)
    await plain_sql(url, "UPDATE outbox SET payload = NULL WHERE state = 'FAILED'")

    for one in (sent.id, row_id, "0" * 24):
        with pytest.raises(StateForbids):
            await process.worker.run(lambda ctx, one=one: retry(ctx, "TASK", one))
    assert await process.worker.run(lambda ctx: retry_all(ctx, "TASK")) == 0


async def test_what_waits_or_failed_is_taken_back_and_erased(process: Process, other_side: OtherSide, url: str):
    [refused] = await failed(process, other_side, 1)
    await process.enqueue(2)
    [waiting] = await entries(process, state="PENDING")

    await process.worker.run(lambda ctx: cancel(ctx, "TASK", refused))
    await process.worker.run(lambda ctx: cancel(ctx, "TASK", waiting.id))

    assert await process.courier.deliver_due() == 0
    assert await rows_of(url, "SELECT DISTINCT state, fault FROM outbox WHERE payload IS NULL") == [("CANCELLED", "taken back")]
    assert [action for (action,) in await rows_of(url, "SELECT action FROM audit_event")] == ["outbox.cancelled"] * 2


async def test_what_is_done_or_being_done_is_not_taken_back(process: Process, other_side: OtherSide):
    process.courier.start()
    other_side.hold()
    await process.enqueue(1)
    await other_side.until_asked(1)
    [entry] = await entries(process)

    with pytest.raises(StateForbids):
        await process.worker.run(lambda ctx: cancel(ctx, "TASK", entry.id))
    other_side.release()
    await process.courier.stop()
    with pytest.raises(StateForbids):
        await process.worker.run(lambda ctx: cancel(ctx, "TASK", entry.id))


async def test_the_list_shows_every_row_and_nothing_of_what_is_in_it(
    process: Process, other_side: OtherSide, monkeypatch: pytest.MonkeyPatch
):
    await failed(process, other_side, 1)
    await process.enqueue(*range(2, 8))

    found = await entries(process)

    assert [entry.id for entry in found] == sorted(entry.id for entry in found)
    assert sorted((entry.state, entry.attempts) for entry in found) == [("FAILED", 1)] + [("PENDING", 0)] * 6
    assert "number" not in str(found)
    monkeypatch.setattr("authme.outbox.list._PAGE", 7)
    assert await entries(process) == found
