import asyncio
import os
import sys
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from authme.kernel.database import Database, Statement, Transaction
from kernel import leave_streams
from kernel.items import ADD, LIST, ON_SQLITE, item, new, places
from support.two_engines import plain_sql, rows_of

TESTS = Path(__file__).parents[2]

FROM = Statement(select(item.c.place).where(item.c.place >= bindparam("start")).order_by(item.c.place))


@pytest.fixture
async def filled(database: Database) -> Database:
    async def fill(tx: Transaction) -> None:
        for place in range(25):
            tx.defer(ADD, **new(place))

    await database.unit(fill)
    return database


async def test_all_rows_come_in_batches_of_the_given_size(filled: Database) -> None:
    for batch, sizes in ((10, [10, 10, 5]), (25, [25]), (5, [5] * 5), (1000, [25])):
        batches = [rows async for rows in filled.stream(LIST, batch=batch)]

        assert [len(rows) for rows in batches] == sizes
        assert [row["place"] for rows in batches for row in rows] == list(range(25))


async def test_a_stream_takes_parameters_and_may_be_empty(filled: Database) -> None:
    assert [[row[0] for row in rows] async for rows in filled.stream(FROM, start=23)] == [[23, 24]]
    assert [rows async for rows in filled.stream(FROM, start=99)] == []
    with pytest.raises(TypeError):
        _ = [rows async for rows in filled.stream(FROM)]


async def test_writers_go_on_during_a_stream_and_it_shows_what_was_there_at_its_start(filled: Database, url: str) -> None:
    seen: list[int] = []

    async def add(tx: Transaction) -> None:
        await tx.run(ADD, **new(100 + len(seen)))

    async with aclosing(filled.stream(LIST, batch=10)) as stream:
        async for rows in stream:
            seen += [row["place"] for row in rows]
            await asyncio.wait_for(filled.unit(add), 1)

    assert seen == list(range(25))
    assert await places(url) == [*range(25), 110, 120, 125]


async def test_a_stream_that_is_left_early_keeps_nothing_open(filled: Database, url: str) -> None:
    for _ in range(15):
        async with aclosing(filled.stream(LIST, batch=5)) as stream:
            async for _rows in stream:
                break

    if filled.dialect == "postgresql":
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert await rows_of(url, query) == [(0,)]
    await asyncio.wait_for(asyncio.gather(*(filled.reader().all(LIST) for _ in range(12))), 5)


@ON_SQLITE
async def test_a_stream_that_is_cancelled_in_the_midst_of_a_batch_harms_nothing(url: str) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)"
    await plain_sql(url, "INSERT INTO item", numbers, "SELECT 'a' || i, 'a', i, 0 FROM n")

    leaving = await asyncio.create_subprocess_exec(
        sys.executable, str(leave_streams.__file__), url, env=os.environ | {"PYTHONPATH": str(TESTS)}
    )

    assert await leaving.wait() == 0
