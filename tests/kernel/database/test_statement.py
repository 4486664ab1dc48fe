import pytest
from sqlalchemy import bindparam, select, update

from authme.kernel.database import Database, Statement, Transaction, contained_in
from kernel.items import ADD, FIND, item, new

AMONG = Statement(select(item.c.place).where(contained_in(item.c.id, "ids")).order_by(item.c.place))
AT = Statement(select(item.c.id).where(contained_in(item.c.place, "places")).order_by(item.c.place))
MOVE = Statement(
    update(item)
    .where(item.c.id == bindparam("which"), item.c.place < bindparam("limit"))
    .values(place=item.c.place + bindparam("limit"), shelf="b")
)


async def test_a_wrong_set_of_parameters_is_refused(database: Database) -> None:
    wrong: list[dict[str, object]] = [{}, {"id": "i1", "more": 1}, {"identity": "i1"}]
    for parameters in wrong:
        with pytest.raises(TypeError, match=r"missing or unknown.*SELECT"):
            await database.reader().one(FIND, **parameters)
        with pytest.raises(TypeError, match=r"missing or unknown.*UPDATE"):
            await database.unit(lambda tx, parameters=parameters: tx.run(MOVE, **parameters))


async def test_the_values_that_a_statement_brings_itself_are_not_asked_for(database: Database) -> None:
    assert ADD.names == {"id", "place"}
    with pytest.raises(TypeError, match="shelf"):
        await database.unit(lambda tx: tx.run(ADD, **new(1), shelf="b"))


def test_a_literal_list_is_refused() -> None:
    with pytest.raises(TypeError, match="contained_in"):
        Statement(select(item).where(item.c.id.in_(["i1", "i2"])))
    with pytest.raises(TypeError, match="contained_in"):
        Statement(select(item).where(item.c.id.in_(bindparam("ids", expanding=True))))


async def test_a_list_of_any_length_is_one_parameter(database: Database) -> None:
    async def fill(tx: Transaction) -> None:
        for place in range(4):
            await tx.run(ADD, **new(place))

    await database.unit(fill)

    for count in (0, 1, 3, 1000):
        ids = [f"i{place}" for place in range(count)]
        assert [row["place"] for row in await database.reader().all(AMONG, ids=ids)] == list(range(min(count, 4)))
        assert [row["id"] for row in await database.reader().all(AT, places=list(range(count)))] == ids[:4]


async def test_what_is_in_a_list_is_only_a_value(database: Database) -> None:
    texts = ["'", '"]', "é", "a,b", "{a}", "\\", "null", ""]

    async def fill(tx: Transaction) -> None:
        for place, text in enumerate(texts):
            await tx.run(ADD, id=text, place=place)

    await database.unit(fill)

    for place, text in enumerate(texts):
        assert [row["place"] for row in await database.reader().all(AMONG, ids=["x", text])] == [place]


async def test_a_parameter_may_stand_at_several_places(database: Database) -> None:
    await database.unit(lambda tx: tx.run(ADD, **new(3)))

    assert await database.unit(lambda tx: tx.run(MOVE, which="i3", limit=10)) == 1
    assert await database.unit(lambda tx: tx.run(MOVE, which="i3", limit=10)) == 0

    found = await database.reader().one(FIND, id="i3")
    assert found is not None
    assert (found["place"], found["shelf"]) == (13, "b")
