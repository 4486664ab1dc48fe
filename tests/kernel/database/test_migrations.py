import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import authme.app  # noqa: F401  # every feature's tables hang on the metadata then
from authme.kernel.database import DatabaseUnavailable, metadata, migrations, sqlite_path
from authme.kernel.database.migrations import SchemaState, SchemaTooNew, latest_version, migrate, state
from authme.kernel.database.sqlite import open_connection
from kernel.items import ON_SQLITE
from support.postgres import free_port
from support.two_engines import plain_sql, rows_of

LATEST = latest_version()
CATALOGUE = (
    """SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') FROM information_schema.columns
    WHERE table_schema = 'public'""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
)


@pytest.fixture(scope="session")
def server_to_migrate(postgres: str) -> str:
    asyncio.run(plain_sql(postgres, "CREATE DATABASE to_migrate"))
    return f"{postgres.rpartition('/')[0]}/to_migrate"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'authme.db'}"
    url: str = request.getfixturevalue("server_to_migrate")
    asyncio.run(plain_sql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    return url


async def schema_of(url: str) -> set[tuple[object, ...]]:
    """Return everything that the catalogue says of the schema, in no order."""
    if url.startswith("postgresql:"):
        return {row for query in CATALOGUE for row in await rows_of(url, query)}
    made = await rows_of(url, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {(name, part) for name, sql in made for part in parts_of(str(sql))}


def parts_of(sql: str) -> list[str]:
    """Return what a statement says: of a table each column and constraint, whose order hangs on when it was added."""
    head, _, inside = sql.partition("(")
    if not head.startswith("CREATE TABLE"):
        return [" ".join(sql.split())]
    parts, depth = [head, ""], 0
    for character in inside.rpartition(")")[0]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [" ".join(part.split()) for part in parts]


async def make_from_metadata(url: str) -> None:
    dialect = sqlite.dialect() if url.startswith("sqlite:") else postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        for step in (CreateTable(table), *(CreateIndex(index) for index in table.indexes)):
            await plain_sql(url, step.compile(dialect=dialect))


def with_revision(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], None], compat_version: int = LATEST) -> None:
    """Let the sequence end with one more revision."""

    def upgrade() -> None:
        for step in steps:
            step()

    revisions = migrations._revisions()  # noqa: SLF001  # there is no second revision yet to test with
    revision = type(revisions[0])(LATEST + 1, compat_version, SimpleNamespace(upgrade=upgrade))
    monkeypatch.setattr(migrations, "_revisions", lambda: [*revisions, revision])
    monkeypatch.setattr(migrations, "latest_version", lambda: revision.version)


async def test_the_migrated_schema_is_the_one_that_the_features_define(url: str) -> None:
    await migrate(url)
    migrated = await schema_of(url)
    if url.startswith("sqlite:"):
        url = url.replace("authme.db", "another.db")
    else:
        await plain_sql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await make_from_metadata(url)

    assert migrated == await schema_of(url)
    assert {row[0] for row in migrated} >= set(metadata.tables)


@ON_SQLITE
async def test_alembic_would_generate_no_further_revision(url: str) -> None:
    await migrate(url)

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_a_new_database_gets_the_schema_and_says_so_afterwards(url: str) -> None:
    assert await state(url) is SchemaState.NONE
    assert await migrate(url) is SchemaState.NONE
    assert await state(url) is SchemaState.CURRENT
    [(version, installed_at)] = await rows_of(url, "SELECT schema_version, installed_at FROM schema_info")
    assert version == LATEST
    assert isinstance(installed_at, int)
    assert installed_at > 1_700_000_000_000


async def test_to_migrate_again_changes_nothing(url: str) -> None:
    await migrate(url)
    before = await schema_of(url), await rows_of(url, "SELECT * FROM schema_info")

    assert await migrate(url) is SchemaState.CURRENT

    assert (await schema_of(url), await rows_of(url, "SELECT * FROM schema_info")) == before


async def test_of_several_that_migrate_at_once_all_succeed(url: str) -> None:
    path = sqlite_path(url)
    if path is not None:
        open_connection(path).close()

    found = await asyncio.gather(*(migrate(url) for _ in range(3)))

    assert set(found) <= {SchemaState.NONE, SchemaState.CURRENT}
    assert await state(url) is SchemaState.CURRENT
    assert await rows_of(url, "SELECT count(*) FROM schema_info") == [(1,)]


@ON_SQLITE
async def test_to_migrate_waits_for_another_that_just_makes_the_file(url: str) -> None:
    path = sqlite_path(url)
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as another:
        another.execute("BEGIN EXCLUSIVE")
        asyncio.get_running_loop().call_later(0.2, another.execute, "ROLLBACK")

        assert await migrate(url) is SchemaState.NONE


async def test_the_state_says_how_the_schema_stands_to_this_version(url: str) -> None:
    await migrate(url)
    for version, compat_version, expected in (
        (LATEST - 1, LATEST - 1, SchemaState.BEHIND),
        (LATEST, LATEST, SchemaState.CURRENT),
        (LATEST + 1, LATEST, SchemaState.AHEAD),
        (LATEST + 5, LATEST + 1, SchemaState.TOO_NEW),
    ):
        await plain_sql(url, "UPDATE schema_info SET schema_version =", version, ", compat_version =", compat_version)
        assert await state(url) is expected


async def test_a_newer_schema_that_this_version_can_live_with_is_left_alone(url: str) -> None:
    await migrate(url)
    await plain_sql(url, "UPDATE schema_info SET schema_version =", LATEST + 1)

    assert await migrate(url) is SchemaState.AHEAD

    assert await rows_of(url, "SELECT schema_version FROM schema_info") == [(LATEST + 1,)]


async def test_a_schema_that_is_too_new_is_refused_and_left_alone(url: str) -> None:
    await migrate(url)
    await plain_sql(url, "UPDATE schema_info SET schema_version =", LATEST + 2, ", compat_version =", LATEST + 1)

    with pytest.raises(SchemaTooNew):
        await migrate(url)

    assert await rows_of(url, "SELECT schema_version FROM schema_info") == [(LATEST + 2,)]


def test_the_latest_version_is_the_newest_revisions() -> None:
    revisions = migrations._revisions()  # noqa: SLF001  # what the names of the files say is what is in them

    assert latest_version() == max(revision.version for revision in revisions)


async def test_the_next_revision_runs_alone_and_keeps_what_is_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate(url)
    await plain_sql(url, "INSERT INTO job_lease VALUES ('maintenance', 'me', 1)")
    with_revision(monkeypatch, lambda: op.add_column("job_lease", sa.Column("note", sa.Text(), server_default="none")))

    assert await state(url) is SchemaState.BEHIND
    assert await migrate(url) is SchemaState.BEHIND

    assert await state(url) is SchemaState.CURRENT
    assert await rows_of(url, "SELECT * FROM job_lease") == [("maintenance", "me", 1, "none")]
    assert await rows_of(url, "SELECT schema_version, compat_version FROM schema_info") == [(LATEST + 1, LATEST)]
    monkeypatch.undo()
    assert await state(url) is SchemaState.AHEAD


async def test_a_revision_that_fails_leaves_the_schema_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate(url)
    before = await schema_of(url)
    with_revision(
        monkeypatch,
        lambda: op.add_column("job_lease", sa.Column("note", sa.Text())),
        lambda: op.execute("INSERT INTO nowhere VALUES (1)"),
    )

    with pytest.raises(Exception, match="nowhere"):
        await migrate(url)

    assert await schema_of(url) == before
    assert await state(url) is SchemaState.BEHIND


async def test_a_first_migration_that_fails_leaves_an_empty_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_revision(monkeypatch, lambda: op.execute("INSERT INTO nowhere VALUES (1)"))

    with pytest.raises(Exception, match="nowhere"):
        await migrate(url)

    assert await schema_of(url) == set()
    monkeypatch.undo()
    assert await migrate(url) is SchemaState.NONE


async def test_a_database_that_does_not_answer_is_an_outage(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database at all " * 100)

    for url in (f"postgresql://authme@127.0.0.1:{free_port()}/authme", f"sqlite:///{garbage}"):
        for ask in (state, migrate):
            with pytest.raises(DatabaseUnavailable):
                await ask(url)


@ON_SQLITE
async def test_the_folder_of_a_new_file_is_made(url: str, tmp_path: Path) -> None:
    await migrate(url.replace("authme.db", "a/b/authme.db"))

    assert (tmp_path / "a" / "b" / "authme.db").exists()


@ON_SQLITE
def test_to_ask_for_the_state_makes_no_file(url: str, tmp_path: Path) -> None:
    assert asyncio.run(state(url)) is SchemaState.NONE

    assert list(tmp_path.iterdir()) == []
