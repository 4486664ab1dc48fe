import pytest

from authme.kernel.database import Database, Transaction, UniqueViolation
from authme.kernel.database.sqlite import SqliteDatabase
from kernel.items import ADD, ADD_LABEL, FIND, RAISE, new, places
from support.two_engines import rows_of


async def test_what_is_deferred_is_written_at_the_end_and_not_before(database: Database, url: str) -> None:
    async def work(tx: Transaction) -> None:
        for place in range(3):
            tx.defer(ADD, **new(place))
        assert await tx.one(FIND, id="i0") is None

    await database.unit(work)

    assert await places(url) == [0, 1, 2]


@pytest.mark.parametrize("writes_now", [False, True], ids=["only deferred", "after others"])
async def test_all_that_a_unit_writes_is_one_commit(database: Database, url: str, *, writes_now: bool) -> None:
    commits: list[str] = []
    if isinstance(database, SqliteDatabase):
        database.writer.connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)

    async def work(tx: Transaction) -> None:
        if writes_now:
            await tx.run(ADD, **new(0))
        for place in range(1, 4):
            tx.defer(ADD, **new(place))
        tx.defer(ADD_LABEL, id="l1", item_id="i1")

    await database.unit(work)

    if isinstance(database, SqliteDatabase):
        assert commits == ["COMMIT"]
    else:
        assert len(await rows_of(url, "SELECT xmin FROM item UNION SELECT xmin FROM label")) == 1
    assert await places(url) == [0, 1, 2, 3][0 if writes_now else 1 :]


@pytest.mark.parametrize("writes_now", [False, True], ids=["only deferred", "after others"])
async def test_what_is_deferred_is_not_written_when_the_unit_raises(database: Database, url: str, *, writes_now: bool) -> None:
    async def work(tx: Transaction) -> None:
        tx.defer(ADD, **new(1))
        if writes_now:
            await tx.run(ADD, **new(2))
        raise LookupError

    with pytest.raises(LookupError):
        await database.unit(work)

    assert await places(url) == []


@pytest.mark.parametrize("writes_now", [False, True], ids=["only deferred", "after others"])
async def test_one_deferred_statement_that_fails_undoes_all(database: Database, url: str, *, writes_now: bool) -> None:
    await database.unit(lambda tx: tx.run(ADD, **new(1)))

    async def work(tx: Transaction) -> None:
        if writes_now:
            await tx.run(ADD, **new(2))
        tx.defer(ADD_LABEL, id="l1", item_id="i1")
        tx.defer(ADD, **new(3))
        tx.defer(ADD, **new(1))

    with pytest.raises(UniqueViolation):
        await database.unit(work)

    assert await places(url) == [1]
    assert await rows_of(url, "SELECT id FROM label") == []


async def test_what_is_deferred_comes_after_what_is_written_now(database: Database) -> None:
    async def work(tx: Transaction) -> int:
        tx.defer(RAISE, id="i1")
        tx.defer(RAISE, id="i2")
        tx.defer(ADD, **new(2))
        return await tx.run(ADD, **new(1))

    await database.unit(work)

    first, second = [await database.reader().one(FIND, id=id_) for id_ in ("i1", "i2")]
    assert first is not None
    assert second is not None
    assert (first["version"], second["version"]) == (1, 0)


async def test_what_is_deferred_is_written_in_its_order(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        tx.defer(ADD, **new(1))
        for _ in range(3):
            tx.defer(RAISE, id="i1")

    await database.unit(work)

    found = await database.reader().one(FIND, id="i1")
    assert found is not None
    assert found["version"] == 3


async def test_the_same_statements_may_be_deferred_with_other_values(database: Database, url: str) -> None:
    for start in (0, 10, 20):

        async def work(tx: Transaction, start: int = start) -> None:
            tx.defer(ADD, **new(start))
            tx.defer(ADD, **new(start + 1))
            tx.defer(ADD_LABEL, id=f"l{start}", item_id=f"i{start + 1}")

        await database.unit(work)

    assert await places(url) == [0, 1, 10, 11, 20, 21]
    assert await rows_of(url, "SELECT id, item_id FROM label ORDER BY id") == [("l0", "i1"), ("l10", "i11"), ("l20", "i21")]


async def test_a_wrong_set_of_parameters_undoes_the_unit(database: Database, url: str) -> None:
    async def work(tx: Transaction) -> None:
        await tx.run(ADD, **new(1))
        tx.defer(ADD, id="i2")

    with pytest.raises(TypeError, match="place"):
        await database.unit(work)

    assert await places(url) == []
