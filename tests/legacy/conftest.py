import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from authme.credentials.pool import PasswordPool
from authme.kernel.clock import FakeClock, SystemClock
from authme.kernel.database import connect
from authme.legacy.embedded import EmbeddedDirectory
from authme.settings import LegacySettings, PasswordSettings
from legacy.sides import Side
from support.given_legacy import EmbeddedOutside
from support.servers import given, make_given, on_both
from support.slapd import Slapd, ldap, open_ldap, outside, own_slapd, shared_slapd, slapd
from support.slapd_outside import RacfOutside
from support.slapd_racf import FAILURES
from support.two_engines import PREPARED, Worker, plain_sql

__all__ = ["given", "ldap", "make_given", "on_both", "outside", "own_slapd", "shared_slapd", "slapd"]

CHEAP = PasswordSettings(argon2_memory_kib=8, argon2_time_cost=1, threads=2)


@pytest.fixture(scope="session")
def database_for_logons(postgres: str) -> str:
    """One database for all tests of the contract: to copy one takes longer than most of them."""
    name = f"logons_{uuid4().hex}"
    asyncio.run(plain_sql(postgres, "CREATE DATABASE", name, "TEMPLATE", PREPARED))
    return f"{postgres.rpartition('/')[0]}/{name}"


@pytest.fixture(params=["embedded, sqlite", "embedded, postgresql", "ldap", "ldap, telling everybody"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Slapd:
    """Where a directory of each kind is, one after the other: a database, or a server in front of RACF."""
    kind, _, how = request.param.partition(", ")
    if kind == "ldap":
        server: Slapd = request.getfixturevalue("slapd")
        server.racf.tells_revoked_to_all = bool(how)
        return server
    if how == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('prepared_file'), tmp_path / 'authme.db')}"
    url: str = request.getfixturevalue("database_for_logons")
    asyncio.run(plain_sql(url, "DELETE FROM embedded_logon"))
    return url


@pytest.fixture
async def side(place: str | Slapd, clock: FakeClock) -> AsyncIterator[Side]:
    """A directory of each kind, one after the other, with nothing in it."""
    async with _racf(place) if isinstance(place, Slapd) else _embedded(place, clock) as opened:
        yield opened


@asynccontextmanager
async def _racf(server: Slapd) -> AsyncIterator[Side]:
    is_told = server.racf.tells_revoked_to_all
    async with open_ldap(server, tells_revoked_to_all=is_told) as directory:
        of_revoked = "WRONG" if is_told else "REVOKED"
        yield Side(directory, RacfOutside(server.racf), SystemClock().now, FAILURES, of_revoked)


@asynccontextmanager
async def _embedded(url: str, clock: FakeClock) -> AsyncIterator[Side]:
    database, pool, settings = connect(url), PasswordPool(CHEAP), LegacySettings()
    await database.open()
    console = EmbeddedOutside(Worker(database, clock, pool).run, database, pool)
    yield Side(EmbeddedDirectory(settings, database, clock, pool), console, clock.now, settings.embedded_failures, "REVOKED")
    pool.close()
    await database.close()
