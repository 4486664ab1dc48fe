from typing import Any

import pytest

from authme.crypto.sealing import MasterKey, SealBroken
from authme.outbox.box import Outbox
from authme.outbox.enqueue import enqueue, forget_of_user
from outbox.processes import OtherSide, Process
from support.two_engines import rows_of

SECRET = "maria@example.com"


async def test_a_row_is_written_with_the_unit_of_work(process: Process, url: str):
    await process.enqueue(1, user_id="u")

    [row] = await rows_of(url, "SELECT kind, channel, user_id, state, attempts, claimed_by, claimed_until, fault FROM outbox")
    assert row == ("TASK", "HERE", "u", "PENDING", 0, None, 0, None)


async def test_a_unit_that_is_undone_leaves_no_row_and_wakes_nobody(process: Process, url: str):
    woken: list[int] = []
    process.worker.parts.get(Outbox).call_on_wake(lambda: woken.append(1))

    async def fail(ctx: Any) -> None:
        enqueue(ctx, kind="TASK", channel="HERE", payload={})
        raise LookupError

    with pytest.raises(LookupError):
        await process.worker.run(fail)

    assert await rows_of(url, "SELECT * FROM outbox") == []
    assert woken == []


async def test_the_courier_is_woken_once_the_row_is_committed(process: Process, url: str):
    seen: list[bool] = []
    process.worker.parts.get(Outbox).call_on_wake(lambda: seen.append(True))

    await process.enqueue(1)

    assert seen == [True]
    assert len(await rows_of(url, "SELECT id FROM outbox")) == 1


async def test_what_is_in_a_row_is_sealed_for_that_row(process: Process, url: str):
    async def work(ctx: Any) -> None:
        enqueue(ctx, kind="TASK", channel="HERE", payload={"to": SECRET})

    await process.worker.run(work)

    [(row_id, sealed)] = await rows_of(url, "SELECT id, payload FROM outbox")
    assert isinstance(row_id, str)
    assert isinstance(sealed, bytes)
    assert SECRET.encode() not in sealed
    box = process.worker.parts.get(Outbox)
    assert box.open(row_id, sealed) == {"to": SECRET}
    with pytest.raises(SealBroken):
        box.open("0" * 24, sealed)
    with pytest.raises(SealBroken):
        Outbox(MasterKey.generate()).open(row_id, sealed)


async def test_it_is_erased_once_it_is_done(process: Process, url: str, other_side: OtherSide):
    await process.enqueue(1)

    assert await process.courier.deliver_due() == 1

    assert other_side.numbers == [1]
    assert await rows_of(url, "SELECT state, payload, attempts, claimed_by FROM outbox") == [("SENT", None, 1, None)]


async def test_of_a_removed_user_nothing_is_done_any_more(process: Process, other_side: OtherSide):
    await process.enqueue(1, 2, user_id="maria")
    await process.enqueue(3, user_id="joao")
    await process.enqueue(4)

    assert await process.worker.run(lambda ctx: forget_of_user(ctx, "maria")) == 2

    await process.courier.deliver_due()
    assert other_side.numbers == [3, 4]


async def test_what_failed_for_a_removed_user_is_forgotten_too(process: Process, url: str, other_side: OtherSide):
    await process.enqueue(1, user_id="maria")
    await process.courier.deliver_due()
    other_side.refuse(2)
    await process.enqueue(2, user_id="maria")
    await process.courier.deliver_due()
    assert len(await rows_of(url, "SELECT id FROM outbox WHERE state = 'FAILED' AND payload IS NOT NULL")) == 1

    await process.worker.run(lambda ctx: forget_of_user(ctx, "maria"))

    assert await rows_of(url, "SELECT state, payload FROM outbox") == [("SENT", None)]


async def test_what_the_same_unit_writes_afterwards_is_kept(process: Process, other_side: OtherSide):
    async def remove(ctx: Any) -> None:
        await forget_of_user(ctx, "maria")
        enqueue(ctx, kind="TASK", channel="HERE", payload={"number": 2}, user_id="maria")

    await process.enqueue(1, user_id="maria")
    await process.worker.run(remove)

    await process.courier.deliver_due()
    assert other_side.numbers == [2]
