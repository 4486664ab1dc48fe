"""What it costs to look for what is due: each row is found by an index, however many wait, and those in order too."""

import re
from contextlib import closing
from typing import Any

import asyncpg
import pytest

from authme.kernel.database import Statement, sqlite_path
from authme.kernel.database.sqlite import open_connection
from authme.outbox import again, store
from support.two_engines import NOON, plain_sql

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)"
ROWS = f"""
INSERT INTO outbox (id, kind, channel, state, attempts, due_at, claimed_until, created_at, order_key, order_no)
{NUMBERS}
SELECT 'r' || (100000 + i), 'TASK', 'HERE', CASE i % 4 WHEN 0 THEN 'SENT' ELSE 'PENDING' END, 0, {NOON} + i % 977, 0, {NOON},
CASE i % 2 WHEN 0 THEN 'k' || (i % 5000) END, CASE i % 2 WHEN 0 THEN i END FROM n
"""  # noqa: S608  # constants of this test
SCANNED = re.compile(r"(?:SCAN|Seq Scan on) (outbox|other)\b(?! USING)")
VALUES: dict[str, Any] = {
    "of_kind": "TASK", "of_channel": "HERE", "now": NOON + 400, "farthest_due": NOON + 400_000, "farthest_claim": NOON + 90_000,
    "at_most": 8, "ids": ["r100002", "r100007"], "claim": "c", "until": NOON + 30_000, "of_key": "k2", "due_at": NOON + 5_000,
    "fault": "no", "of_row": "r100002", "not_before": NOON + 1_400,
}  # fmt: skip
STATEMENTS = {name: getattr(store, name) for name in ("_DUE", "_CLAIM", "_CLAIMED", "_LATER", "_LATER_BEHIND", "_DONE")}
STATEMENTS["_STEP_ASIDE"] = again._STEP_ASIDE  # noqa: SLF001  # what is tested is its plan


@pytest.fixture
async def filled(url: str) -> str:
    """Many rows, half of them in order, of which nothing is known yet by statistics."""
    await plain_sql(url, ROWS)
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
async def test_nothing_reads_the_outbox_from_end_to_end(filled: str, is_analyzed: bool):  # noqa: FBT001  # what is parametrized
    if is_analyzed:
        await plain_sql(filled, "ANALYZE")

    plans = {name: await plan_of(filled, statement) for name, statement in STATEMENTS.items()}

    assert {name: plan for name, plan in plans.items() if SCANNED.search(plan)} == {}
    assert "ix_outbox_pending_in_order" in plans["_DUE"]
    assert "ix_outbox_pending_in_order" in plans["_CLAIM"]
