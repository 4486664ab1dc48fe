"""SQLite: reads on the event loop thread, writes through one connection with group commit."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select

from authme.kernel.clock import SystemClock
from authme.kernel.database.changes import Changes
from authme.kernel.database.group_commit import Writer
from authme.kernel.database.interface import DatabaseUnavailable, Reader, Result, Row, Transaction, UniqueViolation
from authme.kernel.database.schema import change_feed
from authme.kernel.database.statement import Statement

_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_POLL = 0.2
_FEED_KEPT_MS = 60_000
_STATEMENTS = 512

_ANNOUNCE = Statement(insert(change_feed).values(topic=bindparam("topic"), key=bindparam("key"), at=bindparam("at")))
_LAST = Statement(select(func.coalesce(func.max(change_feed.c.seq), 0)))
_NEWS = Statement(
    select(change_feed.c.seq, change_feed.c.topic, change_feed.c.key)
    .where(change_feed.c.seq > bindparam("last"))
    .order_by(change_feed.c.seq)
)
_SWEEP = Statement(delete(change_feed).where(change_feed.c.at < bindparam("before")))


def open_connection(path: Path, *, read_only: bool = False, patience: float = 5.0) -> sqlite3.Connection:
    """Open a connection as the server uses it. `synchronous=FULL`: a commit that was answered survives a power cut.

    `patience` is for how long, in seconds, a statement blocks while another process holds the lock that it needs.
    """
    try:
        if not read_only:
            # Made by us, for us alone: SQLite itself would leave it to the umask.
            path.touch(mode=0o600)
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS, timeout=patience
        )
    except (sqlite3.Error, OSError) as error:
        raise DatabaseUnavailable(f"{path}: {error}") from error
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA query_only={int(read_only)}")
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseUnavailable(f"{path}: {error}") from error
    connection.row_factory = sqlite3.Row
    return connection


class SqliteReader:
    """Reads on one connection, directly: an indexed read takes less time than handing it to a thread."""

    def __init__(self, database: "SqliteDatabase") -> None:
        self._database = database

    async def one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Return the first row."""
        row: Row | None = _execute(self._database.reading, statement, parameters).fetchone()
        return row

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """Return all rows."""
        rows: list[Row] = _execute(self._database.reading, statement, parameters).fetchall()
        return rows


class SqliteTransaction:
    """A unit of work: reads on the reading connection until its first write."""

    __slots__ = ("_actions", "_announced", "_database", "_deferred", "writing")

    def __init__(self, database: "SqliteDatabase") -> None:
        self._database = database
        self._deferred: list[tuple[Statement, dict[str, Any]]] = []
        self._announced: list[tuple[str, str]] = []
        self._actions: list[Callable[[], None]] = []
        self.writing = False

    async def one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Return the first row."""
        row: Row | None = _execute(self._connection(), statement, parameters).fetchone()
        return row

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """Return all rows."""
        rows: list[Row] = _execute(self._connection(), statement, parameters).fetchall()
        return rows

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        """Write now; return how many rows changed."""
        await self._begin()
        return _execute(self._database.writer.connection, statement, parameters).rowcount

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> None:
        """Write the same with each of these sets of parameters, now."""
        await self._begin()
        for parameters in rows:
            _execute(self._database.writer.connection, statement, parameters)

    async def returning(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Write now; return the first row of `RETURNING`."""
        await self._begin()
        rows: list[Row] = _execute(self._database.writer.connection, statement, parameters).fetchall()
        return rows[0] if rows else None

    def defer(self, statement: Statement, /, **parameters: Any) -> None:
        """Write at the end."""
        self._deferred.append((statement, parameters))

    def announce(self, topic: str, key: str) -> None:
        """Tell every process after the commit."""
        self._announced.append((topic, key))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the unit is committed."""
        self._actions.append(action)

    async def finish(self) -> None:
        """Write what was deferred, and return when it is committed."""
        if self._announced:
            at = SystemClock().now_ms()
            self._deferred += [(_ANNOUNCE, {"topic": topic, "key": key, "at": at}) for topic, key in self._announced]
        if not self.writing:
            if not self._deferred:
                self._tell()
                return
            # One statement is undone by itself if it fails.
            await self._begin(savepoint=len(self._deferred) > 1)
        connection = self._database.writer.connection
        for statement, parameters in self._deferred:
            _execute(connection, statement, parameters)
        self.writing = False
        await self._database.writer.keep()
        self._tell()

    def abandon(self) -> None:
        """Undo what was written."""
        if self.writing:
            self.writing = False
            self._database.writer.undo()

    def _tell(self) -> None:
        self._database.changes.publish(self._announced)
        for action in self._actions:
            action()

    async def _begin(self, *, savepoint: bool = True) -> None:
        if not self.writing:
            await self._database.writer.begin(savepoint=savepoint)
            self.writing = True

    def _connection(self) -> sqlite3.Connection:
        return self._database.writer.connection if self.writing else self._database.reading


class SqliteDatabase:
    """A SQLite file."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.changes = Changes()
        self.reading: sqlite3.Connection
        self.writer: Writer
        self._reader = SqliteReader(self)
        self._watch: asyncio.Task[None] | None = None
        self._file: tuple[int, int] | None = None
        self._units = 0

    async def open(self) -> None:
        """Open both connections and begin to listen for other processes' changes."""
        self.reading = open_connection(self.path, read_only=True)
        writing = open_connection(self.path)
        # From here on whoever finds the file locked waits without holding the event loop.
        self.reading.execute("PRAGMA busy_timeout=50")
        writing.execute("PRAGMA busy_timeout=0")
        self._file = self._identity()
        self.writer = Writer(writing, self.check_file, lambda: self._units == 1)
        last = int(_execute(self.reading, _LAST, {}).fetchone()[0])
        self._watch = asyncio.create_task(self._listen(last))
        self.changes.regained()

    async def close(self) -> None:
        """Close, after the batch under way."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await self.writer.close()
        self.reading.close()

    async def unit(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction."""
        tx = SqliteTransaction(self)
        self._units += 1
        try:
            result = await work(tx)
            await tx.finish()
        except BaseException:
            tx.abandon()
            raise
        finally:
            self._units -= 1
        return result

    def reader(self) -> Reader:
        """Return a reader outside any unit of work."""
        return self._reader

    async def ping(self) -> None:
        """Raise DatabaseUnavailable if the file cannot be read."""
        self.check_file()
        try:
            self.reading.execute("SELECT 1 FROM schema_info").fetchone()
        except sqlite3.Error as error:
            raise DatabaseUnavailable(str(error)) from error

    def check_file(self) -> None:
        """Raise DatabaseUnavailable if the file was removed or replaced: what is written to the one that is open is lost."""
        if self._identity() != self._file:
            raise DatabaseUnavailable(f"{self.path}: the file is not the one that was opened")

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    async def stream(self, statement: Statement, /, *, batch: int = 1000, **parameters: Any) -> AsyncIterator[list[Row]]:
        """Read in batches on a thread, by a connection of its own: a long read must not hold the event loop."""
        connection = open_connection(self.path, read_only=True)
        try:
            cursor = await _beside(connection, _execute, connection, statement, parameters)
            while rows := await _beside(connection, cursor.fetchmany, batch):
                yield rows
        finally:
            connection.close()

    async def _listen(self, last: int) -> None:
        """Publish what other processes announced; the file tells whether anything was written at all."""
        version, swept_at = -1, 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_POLL)
            try:
                seen = self.reading.execute("PRAGMA data_version").fetchone()[0]
                if seen != version:
                    version = seen
                    news = _execute(self.reading, _NEWS, {"last": last}).fetchall()
                    if news and news[0]["seq"] != last + 1:
                        self.changes.regained()  # stopped for so long that others' news were swept meanwhile
                    last = news[-1]["seq"] if news else last
                    self.changes.publish([(row["topic"], row["key"]) for row in news])
                if not self.changes.healthy:
                    self.changes.regained()
                if loop.time() > swept_at:
                    swept_at = loop.time() + _FEED_KEPT_MS / 1000
                    await self._sweep()
            except (sqlite3.Error, DatabaseUnavailable):
                self.changes.lost()

    async def _sweep(self) -> None:
        before = SystemClock().now_ms() - _FEED_KEPT_MS
        await self.unit(lambda tx: tx.run(_SWEEP, before=before))


async def _beside(connection: sqlite3.Connection, action: Callable[..., Result], *arguments: Any) -> Result:
    """Run `action` on a thread. If it is cancelled the thread is through with the connection when this ends."""
    running = asyncio.get_running_loop().run_in_executor(None, action, *arguments)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        connection.interrupt()
        await asyncio.wait([running])
        running.exception()  # taken note of: it was interrupted
        raise


def _execute(connection: sqlite3.Connection, statement: Statement, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
    try:
        return connection.execute(statement.sqlite.sql, statement.sqlite_values(parameters))
    except sqlite3.IntegrityError as error:
        found = _UNIQUE.search(str(error))
        if found is None:
            raise
        raise UniqueViolation(frozenset(part.strip() for part in found.group(1).split(","))) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise  # wrong SQL is a defect, not an outage
        raise DatabaseUnavailable(str(error)) from error
