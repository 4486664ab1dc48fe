"""The storage engine beside the bare drivers: one login's unit of work (a read, an update, an insert), every write synced."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from sqlalchemy import bindparam, insert, select, update

from authme.audit.tables import audit_event
from authme.kernel.database import Database, Statement, Transaction, connect
from authme.kernel.database.migrations import migrate
from authme.kernel.database.sqlite import open_connection
from authme.users.tables import user_account
from measure import folder, median_of_rounds, postgres, settings, table

USER = "0" * 24
CALLERS = 32

READ = Statement(select(user_account).where(user_account.c.id == bindparam("user")))
CHANGE = Statement(
    update(user_account).where(user_account.c.id == bindparam("user")).values(last_login_at=bindparam("now")), by_key=True
)
RECORD = Statement(
    insert(audit_event).values(at=bindparam("now"), action="bench", result="OK", user_id=bindparam("user")).inline()
)
NEW_USER = {
    "id": USER,
    "kind": "PERSON",
    "status": "ACTIVE",
    "authorities": "[]",
    "created_at": 0,
    "updated_at": 0,
}
ADD = Statement(insert(user_account).values({name: bindparam(name) for name in NEW_USER}).inline())


async def login(tx: Transaction) -> None:
    """Do what a login does, by our engine."""
    await tx.one(READ, user=USER)
    tx.defer(CHANGE, user=USER, now=time.time_ns())
    tx.defer(RECORD, user=USER, now=time.time_ns())


def bare_sqlite(connection: sqlite3.Connection) -> None:
    """Do the same, by the driver alone."""
    connection.execute(READ.sqlite.sql, [USER]).fetchone()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(CHANGE.sqlite.sql, CHANGE.sqlite_values({"user": USER, "now": time.time_ns()}))
    connection.execute(RECORD.sqlite.sql, RECORD.sqlite_values({"user": USER, "now": time.time_ns()}))
    connection.execute("COMMIT")


async def bare_postgres(connection: Any) -> None:
    """Do the same, by the driver alone."""
    await connection.fetchrow(READ.postgresql.sql, USER)
    async with connection.transaction():
        await connection.execute(CHANGE.postgresql.sql, *CHANGE.postgresql_values({"user": USER, "now": time.time_ns()}))
        await connection.execute(RECORD.postgresql.sql, *RECORD.postgresql_values({"user": USER, "now": time.time_ns()}))


async def spent(work: Callable[[], Awaitable[None]], times: int) -> tuple[float, float]:
    """Return microseconds of processor and of time that one unit takes."""
    processor, started = time.process_time(), time.perf_counter()
    for _ in range(times):
        await work()
    return (time.process_time() - processor) / times * 1e6, (time.perf_counter() - started) / times * 1e6


async def together(database: Database, units: int) -> float:
    """Return units per second of many callers at once."""

    async def caller() -> None:
        for _ in range(units // CALLERS):
            await database.unit(login)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return units / (time.perf_counter() - started)


async def on_sqlite(here: Path, rounds: int, units: int) -> list[list[Any]]:
    """Return the rows of SQLite."""
    url = f"sqlite:///{here}/engine.db"
    await migrate(url)
    database = connect(url)
    await database.open()
    await database.unit(lambda tx: tx.run(ADD, **NEW_USER))
    with closing(open_connection(here / "engine.db")) as connection:

        async def bare() -> None:
            bare_sqlite(connection)

        async def ours() -> None:
            await database.unit(login)

        async def alone() -> float:
            return 1e6 / (await spent(bare, units))[1]

        found = await median_of_rounds(
            {
                "ours": lambda: spent(ours, units),
                "bare": lambda: spent(bare, units),
                "together": lambda: together(database, units * 8),
                "alone": alone,
            },
            rounds,
        )
    await database.close()
    return _rows("SQLite", "sqlite3", found)


async def on_postgres(url: str, rounds: int, units: int) -> list[list[Any]]:
    """Return the rows of PostgreSQL."""
    database = connect(url)
    await database.open()
    await database.unit(lambda tx: tx.run(ADD, **NEW_USER))
    connection: Any = await asyncpg.connect(url)

    async def bare() -> None:
        await bare_postgres(connection)

    async def ours() -> None:
        await database.unit(login)

    async def alone() -> float:
        return 1e6 / (await spent(bare, units))[1]

    found = await median_of_rounds(
        {
            "ours": lambda: spent(ours, units),
            "bare": lambda: spent(bare, units),
            "together": lambda: together(database, units * 4),
            "alone": alone,
        },
        rounds,
    )
    await connection.close()
    await database.close()
    return _rows("PostgreSQL", "asyncpg", found)


def _rows(engine: str, driver: str, found: dict[str, Any]) -> list[list[Any]]:
    ours, bare = found["ours"], found["bare"]
    return [
        [f"{engine}, processor", f"{ours[0]:.0f} µs", f"{bare[0]:.0f} µs", f"{ours[0] / bare[0]:.2f} x {driver}", "≤ 1.5 x"],
        [f"{engine}, time, alone", f"{ours[1]:.0f} µs", f"{bare[1]:.0f} µs", f"{ours[1] / bare[1]:.2f} x {driver}", "≤ 1.5 x"],
        [
            f"{engine}, {CALLERS} callers, synced",
            f"{found['together']:,.0f}/s",
            f"{found['alone']:,.0f}/s",
            f"{found['together'] / found['alone']:.1f} x one after another",
            "",
        ],
    ]  # fmt: skip


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds, units = (1, 200) if quick else (5, 1000)
    with folder() as here, postgres() as url:
        rows = uvloop.run(on_sqlite(here, rounds, units)) + uvloop.run(on_postgres(url, rounds, units))
    return table(["one login's unit of work", "ours", "bare driver", "ratio", "bar"], rows)


if __name__ == "__main__":
    import sys

    assert settings("sqlite:///x")
    print(run(quick="--quick" in sys.argv))
