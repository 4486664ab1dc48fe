import asyncio
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from authme.kernel.database import Database, DatabaseUnavailable, Statement, Transaction, connect, contained_in, sqlite_path
from authme.kernel.database.migrations import migrate
from authme.kernel.database.sqlite import SqliteDatabase, open_connection
from kernel.items import ADD, ADD_LABEL, ON_SQLITE, item, new, places

AMONG = Statement(select(item.c.place).where(contained_in(item.c.id, "ids")).order_by(item.c.place))


@pytest.fixture
def another(url: str) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection, as `sqlite3` on the command line makes one."""
    path = sqlite_path(url)
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@ON_SQLITE
async def test_a_unit_waits_while_another_process_writes(database: Database, another: sqlite3.Connection, url: str) -> None:
    another.execute("BEGIN IMMEDIATE")
    another.execute("INSERT INTO item VALUES ('i1', 'a', 1, 0)")
    asyncio.get_running_loop().call_later(0.2, another.execute, "COMMIT")

    await asyncio.gather(database.unit(lambda tx: tx.run(ADD, **new(2))), database.unit(lambda tx: tx.run(ADD, **new(3))))

    assert await places(url) == [1, 2, 3]


@ON_SQLITE
async def test_the_event_loop_goes_on_while_a_unit_waits_for_another_process(
    database: Database, another: sqlite3.Connection
) -> None:
    another.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.3, another.execute, "COMMIT")
    turns = 0

    unit = asyncio.create_task(database.unit(lambda tx: tx.run(ADD, **new(1))))
    while not unit.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert turns > 30


@ON_SQLITE
async def test_a_unit_that_waits_for_too_long_is_refused_and_nothing_of_it_is_kept(
    database: Database, another: sqlite3.Connection, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authme.kernel.database.group_commit._LONGEST_WAIT", 0.1)
    another.execute("BEGIN IMMEDIATE")

    async def defer(tx: Transaction) -> None:
        tx.defer(ADD, **new(2))

    answers = await asyncio.gather(
        database.unit(lambda tx: tx.run(ADD, **new(1))), database.unit(defer), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [DatabaseUnavailable] * 2
    another.execute("ROLLBACK")
    await database.unit(lambda tx: tx.run(ADD, **new(3)))
    assert await places(url) == [3]


@ON_SQLITE
async def test_reads_go_on_while_another_process_writes(database: Database, another: sqlite3.Connection) -> None:
    await database.unit(lambda tx: tx.run(ADD, **new(1)))
    another.execute("BEGIN IMMEDIATE")
    another.execute("DELETE FROM item")

    assert [row["place"] for row in await database.reader().all(AMONG, ids=["i1", "i2"])] == [1]
    await database.ping()


@ON_SQLITE
async def test_the_connections_are_set_up_for_what_the_server_promises(database: Database) -> None:
    assert isinstance(database, SqliteDatabase)
    writing, reading = database.writer.connection, database.reading

    def setting(connection: sqlite3.Connection, name: str) -> object:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert setting(writing, "synchronous") == 2
    assert setting(writing, "foreign_keys") == 1
    assert setting(writing, "journal_mode") == "wal"
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reading.execute("DELETE FROM item")


@ON_SQLITE
async def test_a_row_that_refers_to_nothing_is_not_committed(database: Database, another: sqlite3.Connection) -> None:
    with pytest.raises(DatabaseUnavailable, match="FOREIGN KEY"):
        await database.unit(lambda tx: tx.run(ADD_LABEL, id="l1", item_id="nobody"))

    assert another.execute("SELECT count(*) FROM label").fetchone() == (0,)


async def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        url = f"sqlite:///{tmp_path / 'new' / 'authme.db'}"
        await migrate(url)
        database = connect(url)
        await database.open()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
        await database.close()
    finally:
        os.umask(before)

    assert modes == {"authme.db": 0o600, "authme.db-wal": 0o600, "authme.db-shm": 0o600}


@ON_SQLITE
async def test_a_list_is_looked_up_by_the_index(another: sqlite3.Connection) -> None:
    plan = another.execute(f"EXPLAIN QUERY PLAN {AMONG.sqlite.sql}", AMONG.sqlite_values({"ids": ["i1", "i2"]})).fetchall()

    steps = [row[3] for row in plan]
    assert any(step.startswith("SEARCH item USING") and "(id=?)" in step for step in steps), steps
    assert not any(step.startswith("SCAN item") for step in steps), steps


async def test_a_folder_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"authme\.db"):
        await connect(f"sqlite:///{tmp_path / 'nowhere' / 'authme.db'}").open()


async def test_what_is_no_database_is_an_outage(tmp_path: Path) -> None:
    file = tmp_path / "authme.db"
    file.write_bytes(b"not a database at all " * 100)

    with pytest.raises(DatabaseUnavailable, match="not a database"):
        await connect(f"sqlite:///{file}").open()


def test_only_urls_of_the_two_engines_are_accepted() -> None:
    for url in ("", "authme.db", "mysql://x/y", "sqlite://authme.db", "postgresql+asyncpg://x/y"):
        with pytest.raises(ValueError, match="sqlite:///path or postgresql://"):
            connect(url)
    assert connect("postgresql://x/y").dialect == connect("postgres://x/y").dialect == "postgresql"


def test_a_file_that_others_could_read_before_is_left_as_its_owner_set_it(tmp_path: Path) -> None:
    file = tmp_path / "authme.db"
    file.touch(mode=0o640)
    file.chmod(0o640)

    open_connection(file).close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o640
