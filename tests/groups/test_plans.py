"""What the walks cost: each group, role and dependency is found by an index, however many there are."""

import re
from collections.abc import Iterator
from contextlib import closing
from types import ModuleType
from typing import Any

import asyncpg
import pytest

from authme.groups import announce, dependency_store, effective, given, graph, group_role_store, role_store, store
from authme.kernel.database import Statement, sqlite_path
from authme.kernel.database.sqlite import open_connection
from support.two_engines import plain_sql

MODULES = (announce, dependency_store, effective, given, graph, group_role_store, role_store, store)
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)"
FILL = (
    "INSERT INTO role SELECT 'R' || i, CASE i % 2 WHEN 0 THEN 'org' END, NULL, 0 FROM n",
    "INSERT INTO access_group SELECT 'g' || (100000 + i), 'org', NULL, NULL, 'u' || i, 'Group', NULL, 0, 0 FROM n",
    "INSERT INTO group_role SELECT 'g' || (100000 + i), 'R' || (i % 500), 0 FROM n",
    # Chains of twenty.
    "INSERT INTO group_dependency SELECT 'g' || (100000 + i), 'g' || (100001 + i), 0 FROM n WHERE i % 20 < 19",
    "INSERT INTO group_member SELECT 'g' || (100000 + i), 'USER', 'u' || (i % 4000), 0 FROM n",
)
SCANNED = re.compile(r"(?:SCAN|Seq Scan on) (access_group|group_role|group_dependency|group_member|role)\b(?! USING)")
VALUES: dict[str, Any] = {
    "members": ["u7"], "user": "u7", "service": "", "business": "", "at_most_walked": 2001, "at_most": 51,
    "first": ["g100040"], "ids": ["g100040"], "groups": ["g100040", "g100041"], "of_group": "g100040", "on_group": "g100041",
    "after": "R10", "place": "org", "named": "R7", "names": ["R7", "R8"], "of_service": "s",
}  # fmt: skip


def readers(module: ModuleType) -> Iterator[tuple[str, Statement]]:
    """Yield every statement of a module that reads."""
    for name, value in vars(module).items():
        for statement in value.values() if isinstance(value, dict) and name.startswith("_LIST") else [value]:
            if isinstance(statement, Statement) and not statement.writes:
                yield f"{module.__name__}.{name}", statement


@pytest.fixture
async def filled(url: str) -> str:
    """Many groups, of which nothing is known yet by statistics."""
    for statement in FILL:
        await plain_sql(url, NUMBERS, statement)
    return url


async def plan_of(url: str, statement: Statement) -> str:
    values = {name: VALUES[name] for name in statement.names}
    path = sqlite_path(url)
    if path is not None:
        with closing(open_connection(path)) as connection:
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", statement.sqlite_values(values))
            return "\n".join(row["detail"] for row in rows)
    opened = await asyncpg.connect(url)
    try:
        plan = await opened.fetch(f"EXPLAIN {statement.postgresql.sql}", *statement.postgresql_values(values))
        return "\n".join(row[0] for row in plan)
    finally:
        await opened.close()


@pytest.mark.parametrize("is_analyzed", [False, True])
async def test_nothing_reads_a_table_from_end_to_end(filled: str, is_analyzed: bool):  # noqa: FBT001  # what is parametrized
    if is_analyzed and filled.startswith("postgresql"):
        await plain_sql(filled, "ANALYZE")
    found = [one for module in MODULES for one in readers(module)]
    assert len(found) > 20

    plans = {name: await plan_of(filled, statement) for name, statement in found}

    assert {name: plan for name, plan in plans.items() if SCANNED.search(plan)} == {}


async def test_a_group_is_not_read_to_learn_whom_it_reaches(filled: str):
    if not filled.startswith("postgresql"):
        pytest.skip("SQLite takes the key instead, which is as near.")
    await plain_sql(filled, "ANALYZE")

    plan = await plan_of(filled, dict(readers(effective))["authme.groups.effective._WALK"])

    assert "Index Only Scan using ix_access_group_confined" in plan
    assert "pk_access_group" not in plan
