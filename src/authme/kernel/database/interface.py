"""What features see of a database, whichever engine is behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from authme.kernel.database.changes import Changes
from authme.kernel.database.statement import Statement

Result = TypeVar("Result")


class DatabaseUnavailable(Exception):
    """The database does not answer, or stayed locked for too long. Nothing of the unit of work is kept."""


class UniqueViolation(Exception):
    """A row with the same unique key is there; `fields` are its columns as `table.column`."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields


class Row(Protocol):
    """A row, by position or by column name."""

    def __getitem__(self, key: int | str, /) -> Any:
        """Return the value of a column."""
        ...


class Reader(Protocol):
    """Reads what is committed."""

    async def one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Return the first row."""
        ...

    async def all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """Return all rows."""
        ...


class Transaction(Reader, Protocol):
    """One unit of work. Its reads see its own writes; the first write takes the turn on SQLite, so nothing slow comes after."""

    @property
    def writing(self) -> bool:
        """Whether a write was made: from then on nothing slow may be awaited, on SQLite everybody waits behind it."""
        ...

    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        """Write now; return how many rows changed."""
        ...

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> None:
        """Write the same with each of these sets of parameters, now."""
        ...

    async def returning(self, statement: Statement, /, **parameters: Any) -> Row | None:
        """Write now; return the first row of `RETURNING`."""
        ...

    def defer(self, statement: Statement, /, **parameters: Any) -> None:
        """Write at the end, together with all others deferred: one round trip on PostgreSQL, a short turn on SQLite."""
        ...

    def announce(self, topic: str, key: str) -> None:
        """Tell every process, after the commit, that what it keeps under this topic and key changed."""
        ...

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the unit is committed, before its result is handed out."""
        ...


class Database(Protocol):
    """A database."""

    dialect: str
    changes: Changes

    async def open(self) -> None:
        """Connect; raise DatabaseUnavailable."""
        ...

    async def close(self) -> None:
        """Disconnect, after the units under way."""
        ...

    async def unit(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction: committed when it returns, undone when it raises."""
        ...

    def reader(self) -> Reader:
        """Return a reader outside any unit of work."""
        ...

    async def ping(self) -> None:
        """Raise DatabaseUnavailable if the database does not answer."""
        ...

    def stream(self, statement: Statement, /, *, batch: int = 1000, **parameters: Any) -> AsyncIterator[list[Row]]:
        """Read a long result in batches, beside everything else."""
        ...
