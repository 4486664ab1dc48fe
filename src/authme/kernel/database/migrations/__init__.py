"""Migrations: one sequence for both engines.

Owns bringing a database to the schema of this version, and refusing one that a newer version has changed too far. Each
revision is additive and runs while the previous version serves; what it would take away goes two releases later. A revision
states in `compat_version` the oldest schema version whose servers may go on with the database after it.
"""

import asyncio
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from authme.kernel.clock import SystemClock
from authme.kernel.database import DatabaseUnavailable, sqlite_path
from authme.kernel.database.sqlite import open_connection

_READ = "SELECT schema_version, compat_version FROM schema_info WHERE id = 1"
_BEFORE_ALL = 0
_HERE = Path(__file__).parent
# Any number will do, as long as every version of the server uses the same.
_LOCK = 4_201_337


class SchemaState(Enum):
    """How a database's schema stands to this version's."""

    NONE = "none"
    BEHIND = "behind"
    CURRENT = "current"
    AHEAD = "ahead"
    """A newer version changed it, in a way that this one can live with."""
    TOO_NEW = "too new"


class SchemaTooNew(Exception):
    """A newer version has changed the database in a way that this one must not work with."""


@dataclass(frozen=True, slots=True)
class _Revision:
    version: int
    compat_version: int
    script: Any


def _revisions() -> list[_Revision]:
    # Only who migrates needs the library: it takes a good part of a second and ten megabytes.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    scripts = reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
    return [_Revision(int(script.revision), script.module.compat_version, script.module) for script in scripts]


def latest_version() -> int:
    """Return the schema version that this version of the server works with."""
    return max(int(file.name.partition("_")[0]) for file in (_HERE / "versions").glob("[0-9]*.py"))


def _sql(revision: _Revision, dialect: str) -> list[str]:
    """Return the revision's statements in the dialect's SQL."""
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.operations import Operations  # noqa: PLC0415

    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
    context = MigrationContext.configure(dialect_name=dialect, opts=options)
    with Operations.context(context):
        revision.script.upgrade()
    return [statement.strip() for statement in written.getvalue().split(";\n") if statement.strip()]


def _steps(found: tuple[int, int] | None, dialect: str) -> Iterator[str]:
    """Yield the statements that lead from the schema found to the latest."""
    version = found[0] if found else _BEFORE_ALL
    revisions = _revisions()
    for revision in revisions:
        if revision.version > version:
            yield from _sql(revision, dialect)
    newest = revisions[-1]
    if found is None:
        yield "INSERT INTO schema_info (id, schema_version, compat_version, installed_at) VALUES (1, 0, 0, 0)"
        yield f"UPDATE schema_info SET installed_at = {SystemClock().now_ms()}"  # noqa: S608  # a number of our own
    versions = f"schema_version = {newest.version}, compat_version = {newest.compat_version}"
    yield f"UPDATE schema_info SET {versions}"  # noqa: S608  # numbers of our own


def _state(found: tuple[int, int] | None) -> SchemaState:
    ours = latest_version()
    if found is None:
        return SchemaState.NONE
    version, compat_version = found
    if version <= ours:
        return SchemaState.CURRENT if version == ours else SchemaState.BEHIND
    return SchemaState.AHEAD if compat_version <= ours else SchemaState.TOO_NEW


async def state(url: str) -> SchemaState:
    """Return how the database's schema stands; raise DatabaseUnavailable."""
    path = sqlite_path(url)
    if path is not None:
        return await asyncio.to_thread(_sqlite_state, path)
    connection = await _connect(url)
    try:
        return _state(await _postgresql_version(connection))
    finally:
        await connection.close()


async def migrate(url: str) -> SchemaState:
    """Bring the schema to this version's and return how it stood before. Raises SchemaTooNew, DatabaseUnavailable.

    Of several processes that migrate at once, one does and the others wait for it.
    """
    path = sqlite_path(url)
    if path is not None:
        return await asyncio.to_thread(_migrate_sqlite, path)
    connection = await _connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            found = await _postgresql_version(connection)
            before = _checked(found)
            if before in {SchemaState.NONE, SchemaState.BEHIND}:
                for statement in _steps(found, "postgresql"):
                    await connection.execute(statement)
            return before
    finally:
        await connection.close()


def _checked(found: tuple[int, int] | None) -> SchemaState:
    before = _state(found)
    if before is SchemaState.TOO_NEW:
        raise SchemaTooNew("The database was changed by a newer version of AuthMe, which this one must not work with.")
    return before


def _migrate_sqlite(path: Path) -> SchemaState:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(f"{path.parent}: {error.strerror}") from error
    with closing(open_connection(path, patience=30)) as connection:
        before = _checked(_sqlite_version(connection))
        if before not in {SchemaState.NONE, SchemaState.BEHIND}:
            return before
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while this one waited for the lock.
            found = _sqlite_version(connection)
            if _checked(found) in {SchemaState.NONE, SchemaState.BEHIND}:
                for statement in _steps(found, "sqlite"):
                    connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return before


def _sqlite_state(path: Path) -> SchemaState:
    if not path.exists():
        return SchemaState.NONE
    with closing(open_connection(path, read_only=True)) as connection:
        return _state(_sqlite_version(connection))


def _sqlite_version(connection: sqlite3.Connection) -> tuple[int, int] | None:
    try:
        row = connection.execute(_READ).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise DatabaseUnavailable(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseUnavailable(str(error)) from error
    return (row[0], row[1]) if row else None


async def _connect(url: str) -> Any:
    import asyncpg  # noqa: PLC0415  # a server on SQLite has no need of it

    try:
        return await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise DatabaseUnavailable(str(error) or type(error).__name__) from error


async def _postgresql_version(connection: Any) -> tuple[int, int] | None:
    if await connection.fetchval("SELECT to_regclass('schema_info')") is None:
        return None
    row = await connection.fetchrow(_READ)
    return (row[0], row[1]) if row else None
