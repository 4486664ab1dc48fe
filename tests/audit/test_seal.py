import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from authme.audit import Sealer, record
from authme.audit.seal import BATCH, AuditRowsVanished, seal
from authme.audit.verify import verify
from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.kernel.database import Database, Transaction
from support.two_engines import Worker, plain_sql, rows_of


async def write(worker: Worker, count: int) -> None:
    async def act(ctx: Context) -> None:
        for number in range(count):
            record(ctx, "user.login", "b" * 24, user_id="a" * 24, number=number)

    await worker.run(act)


async def test_each_row_is_sealed_once_and_the_seals_are_numbered_in_order(worker: Worker, url: str) -> None:
    await write(worker, 3)
    assert await worker.run(seal) == 3
    await write(worker, 2)
    assert await worker.run(seal) == 2

    assert await worker.run(seal) == 0
    seals = await rows_of(url, "SELECT number, first_id, last_id, row_count FROM audit_seal ORDER BY number")
    assert seals == [(1, 1, 3, 3), (2, 4, 5, 2)]
    assert await rows_of(url, "SELECT seal FROM audit_event ORDER BY id") == [(1,), (1,), (1,), (2,), (2,)]


async def test_more_rows_than_one_batch_are_sealed_in_one_run(worker: Worker, sealer: Sealer) -> None:
    await write(worker, 2 * BATCH + 1)

    assert await worker.run(seal) == 2 * BATCH + 1

    found = await verify(worker.database, sealer)
    assert (found.seals, found.sealed_rows, found.unsealed_rows, found.faults) == (3, 2 * BATCH + 1, 0, ())


async def test_of_workers_that_seal_at_once_one_wins_and_nothing_is_sealed_twice(
    worker: Worker, sealer: Sealer, clock: FakeClock, open_database: Callable[[], Awaitable[Database]]
) -> None:
    others = [Worker(await open_database(), clock, sealer) for _ in range(3)]

    for _ in range(5):
        await write(worker, 7)
        clock.advance(timedelta(seconds=1))
        sealed = await asyncio.gather(*(each.run(seal) for each in [worker, *others]))
        assert sum(sealed) == 7

    found = await verify(worker.database, sealer)
    assert (found.seals, found.sealed_rows, found.unsealed_rows, found.faults) == (5, 35, 0, ())


async def test_rows_written_while_others_are_sealed_wait_for_the_next_seal(worker: Worker, sealer: Sealer) -> None:
    await write(worker, 1)
    for _ in range(5):
        await asyncio.gather(worker.run(seal), *(write(worker, 2) for _ in range(5)))
    await worker.run(seal)

    found = await verify(worker.database, sealer)
    assert (found.sealed_rows, found.unsealed_rows, found.faults) == (51, 0, ())


async def test_a_row_that_is_committed_late_is_sealed_later(worker: Worker, sealer: Sealer, url: str) -> None:
    await write(worker, 3)
    # On PostgreSQL a row may get its number before others that are seen, and sealed, before it.
    await plain_sql(url, "UPDATE audit_event SET id = id * 10")
    await worker.run(seal)
    await plain_sql(url, "INSERT INTO audit_event (id, at, action, result) VALUES (15, 1, 'late', 'OK'), (5, 1, 'late', 'OK')")
    await worker.run(seal)

    assert await rows_of(url, "SELECT first_id, last_id FROM audit_seal ORDER BY number") == [(10, 30), (5, 15)]
    assert (await verify(worker.database, sealer)).is_sound


async def test_a_row_that_vanishes_while_it_is_sealed_undoes_the_seal(worker: Worker, url: str) -> None:
    await write(worker, 3)

    async def seal_late(ctx: Context) -> int:
        read = ctx.tx.all

        async def all_then_lose(*given: Any, **parameters: Any) -> Any:
            rows = await read(*given, **parameters)
            await plain_sql(url, "DELETE FROM audit_event WHERE id = 2")
            return rows

        return await seal(replace(ctx, tx=cast("Transaction", Reading(ctx.tx, all_then_lose))))

    with pytest.raises(AuditRowsVanished):
        await worker.run(seal_late)

    assert await rows_of(url, "SELECT number FROM audit_seal") == []
    assert await worker.run(seal) == 2


class Reading:
    """A unit of work with something happening behind its reads."""

    def __init__(self, tx: Transaction, all_: Callable[..., Awaitable[Any]]) -> None:
        self._tx = tx
        self.all = all_

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)
