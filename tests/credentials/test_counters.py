"""The counters of failures: there are most of them while somebody attacks, and then nobody may read them all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from authme.credentials import attempts
from authme.kernel.database import Statement

PARAMETERS = {"keys": ["a", "b"], "above": "a", "below": "ag", "now": 0}


@pytest.mark.parametrize("statement", [attempts._FORGET, attempts._FORGET_BELOW, attempts._SWEEP])  # noqa: SLF001  # as they are
def test_what_is_forgotten_is_found_by_an_index(prepared_file: Path, statement: Statement):
    with closing(sqlite3.connect(prepared_file)) as connection:
        values = statement.sqlite_values({name: PARAMETERS[name] for name in statement.names})
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", values)]

    assert [step for step in plan if step.startswith("SCAN attempt")] == []
    assert any(step.startswith("SEARCH attempt USING") for step in plan)
