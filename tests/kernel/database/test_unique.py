from functools import partial

import pytest
from sqlalchemy import bindparam, insert

from authme.kernel.database import Database, Statement, Transaction, UniqueViolation, insert_or_ignore, upsert
from kernel.items import ADD, FIND, item, label, new, places

ADD_AT = Statement(insert(item).values(id=bindparam("id"), shelf=bindparam("shelf"), place=bindparam("place"), version=0))
ADD_UNLESS_THERE = Statement(
    insert_or_ignore(item, {"id": bindparam("id"), "shelf": "a", "place": bindparam("place"), "version": 0})
)
COUNT = Statement(
    upsert(
        item,
        key=[item.c.id],
        values={"id": bindparam("id"), "shelf": "a", "place": bindparam("place"), "version": bindparam("first")},
        set_={"version": item.c.version + bindparam("more")},
    ).returning(item.c.version)
)
ORPHAN = Statement(insert(label).values(id=None, item_id="i1"))


@pytest.mark.parametrize("is_deferred", [False, True], ids=["now", "deferred"])
async def test_a_violation_names_the_columns_of_the_key(database: Database, url: str, *, is_deferred: bool) -> None:
    await database.unit(lambda tx: tx.run(ADD_AT, id="i1", shelf="a", place=1))
    await database.unit(lambda tx: tx.run(ADD_AT, id="i7", shelf="a, (b)=(c", place=7))

    async def work(tx: Transaction, second: dict[str, object]) -> None:
        if is_deferred:
            tx.defer(ADD_AT, **second)
        else:
            await tx.run(ADD_AT, **second)

    for id_, shelf, place, fields in (
        ("i1", "b", 2, {"item.id"}),
        ("i2", "a", 1, {"item.shelf", "item.place"}),
        ("i2", "a, (b)=(c", 7, {"item.shelf", "item.place"}),
    ):
        with pytest.raises(UniqueViolation) as caught:
            await database.unit(partial(work, second={"id": id_, "shelf": shelf, "place": place}))
        assert caught.value.fields == fields
    assert await places(url) == [1, 7]


async def test_another_constraint_is_no_violation_of_a_key(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)not.null") as caught:
        await database.unit(lambda tx: tx.run(ORPHAN))

    assert not isinstance(caught.value, UniqueViolation)


async def test_an_insert_that_ignores_says_whether_it_inserted(database: Database, url: str) -> None:
    async def work(tx: Transaction) -> list[int]:
        return [await tx.run(ADD_UNLESS_THERE, **new(place)) for place in (1, 1, 2)]

    assert await database.unit(work) == [1, 0, 1]
    assert await database.unit(lambda tx: tx.run(ADD_UNLESS_THERE, id="other", place=2)) == 0
    assert await places(url) == [1, 2]


async def test_an_upsert_inserts_once_and_then_changes_what_is_there(database: Database) -> None:
    async def count(tx: Transaction) -> object:
        row = await tx.returning(COUNT, **new(1), first=1, more=10)
        return row and row["version"]

    assert [await database.unit(count) for _ in range(3)] == [1, 11, 21]


async def test_deferred_upserts_of_one_row_all_count(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        for _ in range(3):
            tx.defer(COUNT, **new(1), first=1, more=1)

    await database.unit(work)

    found = await database.reader().one(FIND, id="i1")
    assert found is not None
    assert found["version"] == 3


async def test_a_plain_insert_of_what_is_there_undoes_the_unit(database: Database, url: str) -> None:
    await database.unit(lambda tx: tx.run(ADD, **new(1)))

    async def work(tx: Transaction) -> None:
        await tx.run(ADD, **new(2))
        await tx.run(ADD, **new(1))

    with pytest.raises(UniqueViolation):
        await database.unit(work)

    assert await places(url) == [1]
