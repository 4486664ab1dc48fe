"""What is asked before something is removed: all that may hang on it is found by an index, however much of it there is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from authme.structure import hanging
from authme.structure.business_target import BUSINESS
from authme.structure.corporate_group_target import CORPORATE_GROUP

STATEMENTS = {
    "organisation": hanging.OF_ORGANIZATION,
    "unit": hanging.OF_UNIT,
    "application": hanging.OF_APPLICATION,
    "service": hanging.OF_SERVICE,
    "business": (BUSINESS.hanging, BUSINESS.hanging_nouns),
    "corporate group": (CORPORATE_GROUP.hanging, CORPORATE_GROUP.hanging_nouns),
}


@pytest.mark.parametrize("noun", STATEMENTS)
def test_nothing_is_read_through(prepared_file: Path, noun: str):
    statement, nouns = STATEMENTS[noun]
    with closing(sqlite3.connect(prepared_file)) as connection:
        values = statement.sqlite_values({"sought": "0" * 24})
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.sqlite.sql}", values)]

    assert [step for step in plan if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"] == []
    assert len([step for step in plan if step.startswith("SEARCH")]) == len(nouns)
