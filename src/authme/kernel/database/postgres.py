"""PostgreSQL by asyncpg: prepared statements, what is deferred written in one round trip."""

import asyncio
import contextlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg
import structlog

from authme.kernel.database.changes import Changes
from authme.kernel.database.interface import DatabaseUnavailable, Reader, Result, Row, Transaction, UniqueViolation
from authme.kernel.database.postgres_pool import Connection, Pool
from authme.kernel.database.statement import Statement

_log = structlog.get_logger(__name__)
_CHANNEL = "authme"
_PLACE = re.compile(r"\$(\d+)")
_KEY = re.compile(r"\((.+?)\)=\(")
_STATEMENTS = 1000
_ACQUIRE_SECONDS = 5.0
_HEARTBEAT = 0.5
_NOTIFY = "pg_notify('authme', ${})"
_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.CannotConnectNowError,
)


class PostgresReader:
    """Reads, each on whichever connection is free."""

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database

    async def one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Return the first row."""
        async with self._database.connection() as connection:
            return await _one(connection, statement, parameters)

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """Return all rows."""
        async with self._database.connection() as connection:
            return await _all(connection, statement, parameters)


class PostgresTransaction:
    """A unit of work. It holds no connection until its first write: a unit may wait for a password hash before that."""

    __slots__ = ("_actions", "_announced", "_connection", "_database", "_deferred", "_may_be_kept")

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database
        self._deferred: list[tuple[Statement, dict[str, Any]]] = []
        self._announced: list[tuple[str, str]] = []
        self._actions: list[Callable[[], None]] = []
        self._connection: Connection | None = None
        self._may_be_kept = False

    @property
    def writing(self) -> bool:
        """Whether a write was made."""
        return self._connection is not None

    async def one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Return the first row."""
        if self._connection is not None:
            return await _one(self._connection, statement, parameters)
        return await self._database.reader().one(statement, **parameters)

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """Return all rows."""
        if self._connection is not None:
            return await _all(self._connection, statement, parameters)
        return await self._database.reader().all(statement, **parameters)

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        """Write now; return how many rows changed."""
        return await _run(await self._begin(), statement, parameters)

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> None:
        """Write the same with each of these sets of parameters, now, in one go."""
        connection = await self._begin()
        with _translated():
            await connection.executemany(statement.postgresql.sql, [statement.postgresql_values(row) for row in rows])

    async def returning(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Write now; return the first row of `RETURNING`."""
        return await _one(await self._begin(), statement, parameters)

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
        """Write what was deferred, and commit."""
        self._may_be_kept = True
        try:
            await self._write_and_commit()
        finally:
            # Told also when this fails or is cancelled: it may be committed all the same.
            self._database.changes.publish(self._announced)
        for action in self._actions:
            action()

    async def _write_and_commit(self) -> None:
        if self._connection is None and (self._deferred or self._announced) and not _must_be_apart(self._deferred):
            # One statement is a transaction by itself.
            async with self._database.connection() as connection:
                await self._write_together(connection)
        elif self._connection is not None or self._deferred:
            connection = await self._begin()
            if _must_be_apart(self._deferred):
                for statement, parameters in self._deferred:
                    await _run(connection, statement, parameters)
                self._deferred = []
            if self._deferred or self._announced:
                await self._write_together(connection)
            with _translated():
                outcome = await connection.execute("COMMIT")
            if outcome != "COMMIT":
                # The server answers a failed transaction so: the unit went on after a statement of it had failed.
                raise RuntimeError(f"the unit of work was not committed: {outcome}")
            self._connection = None
            self._database.pool.give_back(connection, is_sound=True)

    async def abandon(self) -> None:
        """Undo what was written. A connection that cannot be asked to is closed, which undoes it too."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        is_undone = False
        try:
            await connection.execute("ROLLBACK")
            is_undone = True
        except Exception as error:  # noqa: BLE001  # what the unit failed with is on its way and says more
            _log.debug("rollback.failed", exc_info=error)
        finally:
            self._database.pool.give_back(connection, is_sound=is_undone)
            if self._may_be_kept:
                # Once more, now that it is decided: somebody may have read in between.
                self._database.changes.publish(self._announced)

    async def _begin(self) -> Connection:
        if self._connection is None:
            with _translated():
                self._connection = await self._database.pool.take()
                # Whatever comes of this, the connection is given back when the unit is abandoned.
                await self._connection.execute("BEGIN")
        return self._connection

    async def _write_together(self, connection: Connection) -> None:
        statements = tuple(statement for statement, _ in self._deferred)
        values = [value for statement, parameters in self._deferred for value in statement.postgresql_values(parameters)]
        values += [json.dumps([self._database.name, topic, key]) for topic, key in self._announced]
        with _translated():
            await connection.fetch(self._database.composed(statements, len(self._announced)), *values)


class PostgresDatabase:
    """A PostgreSQL database, version 14 or newer."""

    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._url = url
        self.name = secrets.token_hex(8)
        self.changes = Changes()
        self.pool = Pool(self._connect, pool_size, patience=_ACQUIRE_SECONDS)
        self._reader = PostgresReader(self)
        self._listener: asyncio.Task[None] | None = None
        self._composed: dict[tuple[tuple[Statement, ...], int], str] = {}

    async def open(self) -> None:
        """Connect, and begin to listen for other processes' changes."""
        await self.ping()
        is_listening = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen(is_listening))
        await asyncio.wait([is_listening], timeout=_ACQUIRE_SECONDS)

    async def close(self) -> None:
        """Disconnect, after the units under way."""
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        await self.pool.close()

    async def unit(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction."""
        tx = PostgresTransaction(self)
        try:
            result = await work(tx)
            await tx.finish()
        except BaseException:
            await tx.abandon()
            raise
        return result

    def reader(self) -> Reader:
        """Return a reader outside any unit of work."""
        return self._reader

    async def ping(self) -> None:
        """Raise DatabaseUnavailable if the server does not answer."""
        async with self.connection() as connection:
            with _translated():
                await connection.fetchval("SELECT 1")

    async def stream(self, statement: Statement, /, *, batch: int = 1000, **parameters: Any) -> AsyncIterator[list[Row]]:
        """Read in batches by a cursor, in one snapshot."""
        values = statement.postgresql_values(parameters)
        async with self.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            cursor = await connection.cursor(statement.postgresql.sql, *values)
            while rows := await cursor.fetch(batch):
                yield rows

    def connection(self) -> "_Borrowed":
        """Borrow a connection."""
        return _Borrowed(self.pool)

    def composed(self, statements: tuple[Statement, ...], announcements: int) -> str:
        """Return one SQL statement that does all of these and makes so many announcements."""
        key = (statements, announcements)
        if key not in self._composed:
            self._composed[key] = _compose(statements, announcements)
        return self._composed[key]

    async def _connect(self) -> Connection:
        try:
            return await asyncpg.connect(
                self._url,
                statement_cache_size=_STATEMENTS,
                max_cached_statement_lifetime=0,
                command_timeout=30,
                timeout=_ACQUIRE_SECONDS,
            )
        except asyncpg.PostgresError as error:
            # No such database, no such account, too many connections: whatever it is, there is no database to work with.
            raise DatabaseUnavailable(str(error)) from error

    async def _listen(self, is_listening: "asyncio.Future[None]") -> None:
        """Hold a connection that hears announcements; when it is lost, say so and make a new one."""
        while True:
            with contextlib.suppress(*_LOST, asyncpg.PostgresError):
                connection: Any = await asyncpg.connect(self._url, timeout=_ACQUIRE_SECONDS)
                try:
                    await connection.add_listener(_CHANNEL, self._heard)
                    self.changes.regained()
                    if not is_listening.done():
                        is_listening.set_result(None)
                    while True:
                        await asyncio.sleep(_HEARTBEAT)
                        await connection.fetchval("SELECT 1", timeout=_HEARTBEAT)
                finally:
                    self.changes.lost()
                    connection.terminate()
            await asyncio.sleep(_HEARTBEAT)

    def _heard(self, _connection: object, _process: int, _channel: str, payload: str) -> None:
        name, topic, key = json.loads(payload)
        if name != self.name:
            self.changes.publish([(topic, key)])


class _Borrowed:
    """A connection for the length of a block. A class, since a generator would cost more than some of the statements."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._connection: Connection = None

    async def __aenter__(self) -> Connection:
        with _translated():
            self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        # After an error of the server's the connection waits for the next statement; after anything else, who knows.
        is_sound = error is None or isinstance(error, UniqueViolation | asyncpg.PostgresError)
        self._pool.give_back(self._connection, is_sound=is_sound)


def _must_be_apart(deferred: list[tuple[Statement, dict[str, Any]]]) -> bool:
    """Whether one may change what another changes too: the parts of one statement do not see each other's changes."""
    changed = [statement.table for statement, _ in deferred if not (statement.is_plain_insert or statement.by_key)]
    touched = [statement.table for statement, _ in deferred]
    return any(touched.count(table) > 1 for table in changed)


def _compose(statements: tuple[Statement, ...], announcements: int) -> str:
    parts, taken = [], 0
    for position, statement in enumerate(statements):
        offset = taken
        sql = _PLACE.sub(lambda place: f"${int(place.group(1)) + offset}", statement.postgresql.sql)  # noqa: B023  # used at once
        returning = "" if statement.returns_rows else " RETURNING 1"
        parts.append(f"w{position} AS ({sql}{returning})")
        taken += len(statement.postgresql.order)
    notices = [_NOTIFY.format(taken + number) for number in range(1, announcements + 1)]
    ending = "SELECT " + (", ".join(notices) or "1")
    return f"WITH {', '.join(parts)} {ending}" if parts else ending


async def _one(connection: Connection, statement: Statement, parameters: dict[str, Any]) -> Row | None:
    with _translated():
        row: Row | None = await connection.fetchrow(statement.postgresql.sql, *statement.postgresql_values(parameters))
    return row


async def _all(connection: Connection, statement: Statement, parameters: dict[str, Any]) -> list[Row]:
    with _translated():
        rows: list[Row] = await connection.fetch(statement.postgresql.sql, *statement.postgresql_values(parameters))
    return rows


async def _run(connection: Connection, statement: Statement, parameters: dict[str, Any]) -> int:
    with _translated():
        tag: str = await connection.execute(statement.postgresql.sql, *statement.postgresql_values(parameters))
    return int(tag.rpartition(" ")[2])


class _translated:  # noqa: N801  # a context manager that reads as an adjective
    """Turns the driver's errors into ours. A class, since a generator would cost more than the check itself."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        if isinstance(error, asyncpg.UniqueViolationError):
            found = _KEY.search(error.detail or "")
            columns = found.group(1).split(", ") if found else []
            raise UniqueViolation(frozenset(f"{error.table_name}.{column}" for column in columns)) from error
        if isinstance(error, _LOST):
            raise DatabaseUnavailable(str(error) or type(error).__name__) from error
