"""What a search costs: a page is found by an index, however many users there are."""

from contextlib import closing
from itertools import product
from typing import Any

import asyncpg
import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from authme.kernel.database import Statement, connect, sqlite_path
from authme.kernel.database.sqlite import open_connection
from authme.users import search_store
from authme.users.model import User
from authme.users.store import insert_users
from support.two_engines import Worker

VALUES: dict[str, Any] = {
    "organization": f"{3:024x}",
    "status": "LOCKED",
    "begin": "maria 1",
    "end": "maria 1\U0010ffff",
    "after": f"{500:024x}",
    "at_most": 51,
    "type": "EMAIL",
    "key": "maria@example.com",
}
EVERY_SET = list(product((False, True), repeat=3))


def user(number: int) -> User:
    return User(
        id=f"{number:024x}",
        kind="PERSON",
        status="LOCKED" if number % 50 == 0 else "ACTIVE",
        name=f"Maria {number}",
        document=None,
        business_id=None,
        organization_id=f"{number % 20:024x}" if number % 2 else None,
        customer_id=None,
        language=None,
        authorities=(),
        created_at=0,
        updated_at=0,
        last_login_at=None,
        locked_at=None,
    )


@pytest.fixture
async def plan_of(url: str, clock: FakeClock) -> Any:
    """Among two thousand users, return what the engine says of how it finds the rows."""
    database = connect(url)
    await database.open()

    async def insert(ctx: Context) -> None:
        await insert_users(ctx.tx, [user(number) for number in range(2000)])

    await Worker(database, clock).run(insert)
    await database.close()

    async def ask(statement: Statement) -> str:
        given = {name: VALUES[name] for name in statement.names}
        path = sqlite_path(url)
        if path is not None:
            with closing(open_connection(path)) as connection:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", statement.sqlite_values(given))
                return "\n".join(row["detail"] for row in rows)
        opened = await asyncpg.connect(url)
        try:
            await opened.execute("ANALYZE user_account")
            # A few rows are read and sorted faster in other ways; asked for is whether the index would do for many.
            for way in ("seqscan", "bitmapscan", "sort"):
                await opened.execute(f"SET enable_{way} = off")
            plan = await opened.fetch(f"EXPLAIN {statement.postgresql.sql}", *statement.postgresql_values(given))
            return "\n".join(row[0] for row in plan)
        finally:
            await opened.close()

    return ask


@pytest.mark.parametrize(("by_name", "by_status", "in_one"), EVERY_SET)
async def test_each_set_of_filters_has_an_index_that_gives_the_order_too(
    plan_of: Any,
    by_name: bool,  # noqa: FBT001  # what is parametrized
    by_status: bool,  # noqa: FBT001  # the same
    in_one: bool,  # noqa: FBT001  # the same
):
    statement = search_store._SEARCH[by_name, by_status, in_one]  # noqa: SLF001  # its own statement is what is asked about

    plan = await plan_of(statement)

    assert "Index" in plan or "SEARCH user_account USING" in plan, plan
    assert "SCAN" not in plan.replace("Index Scan", ""), plan
    assert "Seq Scan" not in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    if in_one:
        assert "ix_user_account_in_organization" in plan, plan
    if by_name:
        assert "by_name" in plan, plan
    elif by_status:
        assert "by_status" in plan, plan


async def test_a_contact_or_document_is_found_by_its_key(plan_of: Any):
    plan = await plan_of(search_store._NAMED)  # noqa: SLF001  # the same

    assert "SCAN" not in plan.replace("Index Scan", ""), plan
    assert "Seq Scan" not in plan, plan
    assert "value_key" in plan, plan
