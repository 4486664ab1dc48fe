"""Tables that only these tests use, and what is done with them."""

from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from authme.kernel.database import Statement
from support.two_engines import plain_sql, rows_of

ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

metadata = MetaData()
item = Table(
    "item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("shelf", Text, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("shelf", "place"),
)
label = Table(
    "label",
    metadata,
    Column("id", Text, primary_key=True),
    # Checked at the commit, so that a commit can be made to fail.
    Column("item_id", Text, ForeignKey("item.id", deferrable=True, initially="DEFERRED"), nullable=False),
)

ADD = Statement(insert(item).values(id=bindparam("id"), shelf="a", place=bindparam("place"), version=0))
ADD_LABEL = Statement(insert(label).values(id=bindparam("id"), item_id=bindparam("item_id")))
FIND = Statement(select(item).where(item.c.id == bindparam("id")))
LIST = Statement(select(item.c.id, item.c.place, item.c.version).order_by(item.c.place))
RAISE = Statement(update(item).where(item.c.id == bindparam("id")).values(version=item.c.version + 1))
SWAP = Statement(update(item).where(item.c.id == bindparam("id"), item.c.version == 0).values(version=1))
USE_UP = Statement(
    update(item).where(item.c.id == bindparam("id"), item.c.version == 0).values(version=1).returning(item.c.id, item.c.version)
)


def new(place: int) -> dict[str, Any]:
    """Return the parameters of `ADD` for an item at this place."""
    return {"id": f"i{place}", "place": place}


async def make_tables(url: str) -> None:
    dialect: Any = sqlite.dialect() if url.startswith("sqlite:") else postgresql.dialect()
    for table in metadata.sorted_tables:
        await plain_sql(url, CreateTable(table).compile(dialect=dialect))


async def places(url: str) -> list[object]:
    """Return the places of the items that are committed."""
    return [place for (place,) in await rows_of(url, "SELECT place FROM item ORDER BY place")]
