import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from structlog.testing import capture_logs

from authme.kernel.database import Database, DatabaseUnavailable, Transaction, UniqueViolation
from kernel.items import ADD, FIND, LIST, ON_POSTGRESQL, RAISE, new, places
from support.two_engines import plain_sql

Open = Callable[[], Awaitable[Database]]


async def test_what_a_unit_wrote_is_committed_when_it_returns(database: Database, url: str) -> None:
    async def work(tx: Transaction) -> str:
        assert await tx.run(ADD, **new(1)) == 1
        return "done"

    assert await database.unit(work) == "done"
    assert await places(url) == [1]


@pytest.mark.parametrize("fault", [ValueError, asyncio.CancelledError])
async def test_everything_is_undone_when_a_unit_raises(database: Database, url: str, fault: type[BaseException]) -> None:
    async def work(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        await tx.run(ADD, **new(2))
        raise fault

    with pytest.raises(fault):
        await database.unit(work)

    assert await places(url) == []
    await database.unit(lambda tx: tx.run(ADD, **new(1)))
    assert await places(url) == [1]


async def test_a_unit_reads_its_own_writes_and_nobody_else_does(database: Database, url: str) -> None:
    async def work(tx: Transaction) -> None:
        assert await tx.one(FIND, id="i1") is None
        await tx.run(ADD, **new(1))
        found = await tx.one(FIND, id="i1")
        assert found is not None
        assert (found["place"], found[0]) == (1, "i1")
        assert [row["place"] for row in await tx.all(LIST)] == [1]
        assert await database.reader().one(FIND, id="i1") is None
        assert await database.reader().all(LIST) == []
        assert await places(url) == []

    await database.unit(work)

    assert [row["place"] for row in await database.reader().all(LIST)] == [1]


async def test_a_unit_that_only_reads_does_not_take_the_turn(database: Database) -> None:
    async def read(tx: Transaction) -> bool:
        await tx.all(LIST)
        await asyncio.wait_for(database.unit(lambda other: other.run(ADD, **new(1))), 1)
        assert [row["place"] for row in await tx.all(LIST)] == [1]
        return tx.writing

    assert await database.unit(read) is False


async def test_a_unit_says_that_it_writes_from_its_first_write_on(database: Database) -> None:
    async def work(tx: Transaction) -> list[bool]:
        seen = [tx.writing]
        tx.defer(ADD, **new(1))
        seen.append(tx.writing)
        await tx.run(ADD, **new(2))
        return [*seen, tx.writing]

    assert await database.unit(work) == [False, False, True]


async def test_of_many_units_at_once_those_that_fail_undo_only_themselves(database: Database, url: str) -> None:
    async def work(tx: Transaction, place: int) -> int:
        await tx.run(ADD, **new(place))
        if place % 7 == 0:
            await asyncio.sleep(0)
        if place % 3 == 0:
            raise LookupError(place)
        if place % 5 == 0:
            await tx.run(ADD, **new(place))
        return place

    answers = await asyncio.gather(*(database.unit(partial(work, place=place)) for place in range(60)), return_exceptions=True)

    kept = [place for place in range(60) if place % 3 and place % 5]
    assert [answer for answer in answers if isinstance(answer, int)] == kept
    assert await places(url) == kept
    assert sum(isinstance(answer, LookupError) for answer in answers) == 20
    assert sum(isinstance(answer, UniqueViolation) for answer in answers) == 8


async def test_units_of_several_processes_at_once_are_all_kept(database: Database, open_database: Open, url: str) -> None:
    other = await open_database()

    await asyncio.gather(
        *(
            (database, other)[place % 2].unit(partial(lambda tx, place: tx.run(ADD, **new(place)), place=place))
            for place in range(40)
        )
    )

    assert await places(url) == list(range(40))


async def test_what_was_asked_for_after_the_commit_runs_then_and_before_the_result_is_out(database: Database, url: str) -> None:
    seen: list[str] = []

    async def work(tx: Transaction) -> None:
        tx.after_commit(lambda: seen.append("committed"))
        await tx.run(ADD, **new(1))
        seen.append("worked")

    await database.unit(work)

    assert seen == ["worked", "committed"]
    assert await places(url) == [1]


async def test_what_was_asked_for_after_the_commit_does_not_run_without_one(database: Database) -> None:
    seen: list[str] = []

    async def work(tx: Transaction) -> None:
        tx.after_commit(lambda: seen.append("committed"))
        await tx.run(ADD, **new(1))
        raise LookupError

    with pytest.raises(LookupError):
        await database.unit(work)

    assert seen == []


async def test_a_unit_without_a_write_runs_what_it_asked_for(database: Database) -> None:
    seen: list[str] = []

    async def work(tx: Transaction) -> None:
        tx.after_commit(lambda: seen.append("over"))

    await database.unit(work)

    assert seen == ["over"]


async def test_a_unit_that_went_on_after_a_violation_is_not_answered_unless_it_is_kept(database: Database, url: str) -> None:
    async def work(tx: Transaction) -> str:
        await tx.run(ADD, **new(1))
        with pytest.raises(UniqueViolation):
            await tx.run(ADD, **new(1))
        return "answered"

    try:
        answer = await database.unit(work)
    except Exception:  # noqa: BLE001  # any refusal is as good as another, as long as there is one
        answer = "refused"

    assert (answer, await places(url)) in [("answered", [1]), ("refused", [])]


@ON_POSTGRESQL
@pytest.mark.parametrize("another", [False, True], ids=["at the commit", "at the next write"])
async def test_a_connection_lost_in_a_unit_is_told_as_an_outage(database: Database, url: str, another: bool) -> None:  # noqa: FBT001
    async def work(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        await plain_sql(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
            "WHERE datname = current_database() AND state = 'idle in transaction'",
        )
        if another:
            await tx.run(RAISE, id="i1")

    with pytest.raises(DatabaseUnavailable), capture_logs():
        await database.unit(work)

    assert await places(url) == []
    await database.unit(lambda tx: tx.run(ADD, **new(2)))
    assert await places(url) == [2]
