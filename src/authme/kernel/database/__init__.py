"""The database: the only place that knows SQL dialects and drivers.

Owns connections, transactions, group commit, the telling of changes between processes, and migrations. Does not own any
feature's tables: each feature defines its own on `metadata`.
"""

from pathlib import Path
from urllib.parse import urlsplit

from authme.kernel.database.changes import Changes
from authme.kernel.database.interface import Database, DatabaseUnavailable, Reader, Row, Transaction, UniqueViolation
from authme.kernel.database.schema import metadata
from authme.kernel.database.sqlite import SqliteDatabase
from authme.kernel.database.statement import Statement, contained_in, each_of, insert_or_ignore, looked_up, upsert

__all__ = [
    "Changes",
    "Database",
    "DatabaseUnavailable",
    "Reader",
    "Row",
    "Statement",
    "Transaction",
    "UniqueViolation",
    "connect",
    "contained_in",
    "each_of",
    "insert_or_ignore",
    "looked_up",
    "metadata",
    "sqlite_path",
    "upsert",
]


def sqlite_path(url: str) -> Path | None:
    """Return the file of a `sqlite:///path` URL (`sqlite:////path` is absolute), None for another engine."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def connect(url: str, *, pool_size: int = 10) -> Database:
    """Return the database of this URL, not yet open. Raises ValueError for a URL of another form."""
    path = sqlite_path(url)
    if path is not None:
        return SqliteDatabase(path)
    if urlsplit(url).scheme in {"postgresql", "postgres"}:
        # A server on SQLite has no need of the driver.
        from authme.kernel.database.postgres import PostgresDatabase  # noqa: PLC0415

        return PostgresDatabase(url, pool_size=pool_size)
    raise ValueError("the database URL must be sqlite:///path or postgresql://…")
