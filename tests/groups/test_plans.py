"""What the walks cost: each group, role and dependency is found by an index, however many there are."""

import re
from contextlib import closing
from typing import Any

import asyncpg
import pytest

from authme.groups import announce, dependency_store, effective, given, graph, group_role_store, role_store, store
from authme.kernel.database import Statement, sqlite_path
from authme.kernel.database.sqlite import open_connection
from support.two_engines import plain_sql

MANY = 20_000
NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY - 1})"
FILL = (
    "INSERT INTO organization VALUES ('org', 'Organisation', 0, 0)",
    f"{NUMBERS} INSERT INTO role SELECT 'R' || i, CASE i % 2 WHEN 0 THEN 'org' END, NULL, 0 FROM n",
    f"{NUMBERS} INSERT INTO access_group SELECT 'g' || (100000 + i), 'org', NULL, NULL, 'u' || i, 'Group', NULL, 0, 0 FROM n",
    f"{NUMBERS} INSERT INTO group_role SELECT 'g' || (100000 + i), 'R' || (i % 500), 0 FROM n",
    # Chains of twenty.
    f"{NUMBERS} INSERT INTO group_dependency SELECT 'g' || (100000 + i), 'g' || (100001 + i), 0 FROM n WHERE i % 20 < 19",
    f"{NUMBERS} INSERT INTO group_member SELECT 'g' || (100000 + i), 'USER', 'u' || (i % 4000), 0 FROM n",
)
TABLES = "(access_group|group_role|group_dependency|group_member|role|business)"
VALUES: dict[str, Any] = {
    "members": ["u7"], "user": "u7", "service": "", "business": "", "at_most_groups": 1001, "at_most": 10_001,
    "first": ["g100040"], "groups": ["g100040", "g100041"], "of_group": "g100040", "on_group": "g100041",
    "after": "g110000", "place": "org", "named": "R7", "names": ["R7", "R8"],
}  # fmt: skip
STATEMENTS = {
    "roles of a subject": effective._WALK,
    "below": graph._BELOW,
    "above": graph._ABOVE,
    "dependencies": graph._DEPENDENCIES,
    "roles given": given._GIVEN,
    "dependencies of a page": dependency_store._LISTED,
    "is depended on": dependency_store._IS_DEPENDED_ON,
    "roles of a page": group_role_store._CARRIED,
    "roles carried": group_role_store._COUNT,
    "is carried": role_store._IS_CARRIED,
    "role of an organisation": role_store._LIST_OF,
    "groups of an organisation": store._LIST_AT["ORGANIZATION"],
    "groups of an owner": store._LIST_AT["OWNER"],
    "all groups": store._LIST,
    "some members": announce._MEMBERS,
}


@pytest.fixture
async def plan_of(url: str) -> Any:
    """Among many groups, return what the engine says of how it finds the rows."""
    for statement in FILL:
        await plain_sql(url, statement)

    async def ask(statement: Statement) -> str:
        values = {name: VALUES[name] for name in statement.names}
        path = sqlite_path(url)
        if path is not None:
            with closing(open_connection(path)) as connection:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", statement.sqlite_values(values))
                return "\n".join(row["detail"] for row in rows)
        opened = await asyncpg.connect(url)
        try:
            await opened.execute("ANALYZE")
            plan = await opened.fetch(f"EXPLAIN {statement.postgresql.sql}", *statement.postgresql_values(values))
            return "\n".join(row[0] for row in plan)
        finally:
            await opened.close()

    return ask


async def test_no_walk_reads_a_table_from_end_to_end(plan_of: Any):
    for name, statement in STATEMENTS.items():
        plan = await plan_of(statement)
        # An empty table of businesses is read in whichever way.
        scanned = set(re.findall(rf"(?:SCAN|Seq Scan on) {TABLES}\b(?! USING)", plan)) - {"business"}
        assert not scanned, (name, plan)
        assert "TEMP B-TREE FOR ORDER BY" not in plan or name in {"dependencies of a page", "roles of a page"}, (name, plan)
