"""A directory of a million groups beside a small one, both on one PostgreSQL: roles looked up, and tokens issued.

`python bench/scale.py [--quick]`; --quick takes a hundredth of the big one. It needs some 6 GB of disk and 5 of memory, and
writes its section of docs/benchmarks.md.
"""

import asyncio
import base64
import contextlib
import json
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import uvloop

from authme.groups.effective import Subject, find_roles
from authme.groups.held import TOPIC
from authme.kernel.cache import EVERYTHING
from authme.kernel.clock import SystemClock
from authme.kernel.database import Database, connect
from directory import DEPTH, GROUPS_OF_A_USER, LOGINS, PASSWORD, SMALL, Size, fill, name_of
from measure import ROOT, Load, folder, interleaved, median_of_rounds, postgres, request, server, settings, table
from support.given import Given

API = "/security/iam/v1"
BIG = Size(users=1_000_000, groups=1_000_000)
QUICK = Size(users=10_000, groups=10_000)
SECTION, DOCUMENT = ROOT / "bench" / "scale.md", ROOT / "docs" / "benchmarks.md"
CALLERS = 16
BAR = 1.3
_TITLE, _NOTES = "## At scale", "## What the figures say"
_LOOKED_UP = 500
_WARMING = 5_000
# A server of this size is given memory; nothing comes from the disk, and nothing begins to tidy up in between.
_SERVER = {"shared_buffers": "4GB", "max_wal_size": "16GB", "autovacuum": "off"}


async def make(url: str, sizes: dict[str, Size]) -> dict[str, str]:
    """Make a database of each size beside the empty one; return their URLs."""
    place, _, empty = url.rpartition("/")
    urls = {name: f"{place}/{name}" for name in sizes}
    connection = await asyncpg.connect(f"{place}/template1")
    for name in sizes:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
    await connection.close()
    for name, size in sizes.items():
        began = time.perf_counter()
        await fill(urls[name], size)
        print(f"{name}: {size.memberships:,} memberships in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return urls


async def look_up(database: Database, subjects: list[Subject], times: int) -> float:
    """Return milliseconds of the median look-up of somebody's roles, one after another."""
    reader, spent = database.reader(), []
    for subject in random.choices(subjects, k=times):  # noqa: S311  # a sample
        began = time.perf_counter()
        await find_roles(reader, subject)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


async def look_ups(urls: dict[str, str], rounds: int) -> dict[str, float]:
    """Return milliseconds of a look-up in each directory, past the cache."""
    async with contextlib.AsyncExitStack() as stack:
        candidates: dict[str, Callable[[], Awaitable[float]]] = {}
        for name, url in urls.items():
            database = connect(url)
            await database.open()
            stack.push_async_callback(database.close)
            subjects = await _subjects(url)
            # The statement is planned for good after some executions, and what is walked has been read once.
            await look_up(database, subjects, _WARMING)
            candidates[name] = lambda database=database, subjects=subjects: look_up(database, subjects, _LOOKED_UP)
        return await median_of_rounds(candidates, rounds)


async def _subjects(url: str) -> list[Subject]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT id, business_id FROM user_account")
    await connection.close()
    return [Subject("USER", row["id"], row["business_id"]) for row in rows]


def logins(port: int, client_id: str) -> Load:
    """Everybody logs in once, in random order."""
    everybody = [base64.b64encode(f"{name_of(n)}:{PASSWORD}".encode()).decode() for n in range(LOGINS)]
    random.shuffle(everybody)
    template = request(f"{API}/user-identities/login?clientId={client_id}", Authorization="Basic {}")
    return Load(port, [template] * CALLERS, series=[everybody[place::CALLERS] for place in range(CALLERS)])


async def forget(url: str) -> None:
    """Have the server forget the roles that it has at hand, as any change of a group has it."""
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT pg_notify('authme', $1)", json.dumps(["bench", TOPIC, EVERYTHING]))
    await connection.close()


async def make_client(env: dict[str, str]) -> str:
    """Make the client at which everybody logs in."""
    given = Given(env, SystemClock())
    await given.open()
    try:
        return (await given.client()).id
    finally:
        await given.close()


def issue(urls: dict[str, str], rounds: int, seconds: float) -> dict[str, float]:
    """Return logins per second in each directory, with a hash that costs next to nothing, and no roles at hand."""
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(folder())
        candidates: dict[str, Callable[[], float]] = {}
        for name, url in urls.items():
            env = settings(url, ARGON2_MEMORY_KIB=8, ARGON2_TIME_COST=1)
            client_id = asyncio.run(make_client(env))
            port = stack.enter_context(server(env, here))

            def rate(url: str = url, port: int = port, client_id: str = client_id) -> float:
                asyncio.run(forget(url))
                return logins(port, client_id).rate(seconds)

            candidates[name] = rate
        return interleaved(candidates, rounds)


def run(*, quick: bool) -> str:
    """Return the table, and what it is about."""
    rounds, seconds = (1, 1.0) if quick else (7, 3.0)
    big = QUICK if quick else BIG
    with postgres(**_SERVER) as url:
        urls = uvloop.run(make(url, {"small": SMALL, "big": big}))
        found = uvloop.run(look_ups(urls, rounds))
        rates = issue(urls, rounds, seconds)
    rows: list[list[Any]] = [
        [
            "roles looked up",
            f"{found['small']:.2f} ms",
            f"{found['big']:.2f} ms",
            _ratio(found["big"], found["small"]),
            f"≤ {BAR} x",
        ],
        [
            "UI-05, RS512",
            f"{rates['small']:,.0f}/s",
            f"{rates['big']:,.0f}/s",
            _ratio(rates["small"], rates["big"]),
            f"≤ {BAR} x",
        ],
    ]
    head = ["work, no roles at hand", f"{SMALL.groups:,} groups", f"{big.groups:,} groups", "time, big : small", "bar"]
    return f"{_about(big)}\n\n{table(head, rows)}"


def _ratio(one: float, other: float) -> str:
    return f"{one / other:.2f} x"


def _about(big: Size) -> str:
    return f"""{SMALL.users:,} users and {SMALL.groups:,} groups beside {big.users:,} users, {big.groups:,} groups and
{big.memberships:,} memberships, on one PostgreSQL that holds both in memory. Groups stand in chains of dependencies {DEPTH}
deep, each with a role; a user is in {GROUPS_OF_A_USER} groups at random, and by their business in others: some 120 groups are
walked for each. Look-ups one after another on one connection; logins from {CALLERS} callers, each user once a round."""


def main() -> None:
    """Run, and write the section unless it was a quick one."""
    quick = "--quick" in sys.argv
    text = run(quick=quick)
    print(text)
    if not quick:
        SECTION.write_text(f"\n{_TITLE}\n\n{text}\n")
        before, notes, after = DOCUMENT.read_text().partition(_NOTES)
        DOCUMENT.write_text(f"{before.partition(_TITLE)[0].rstrip()}\n\n{SECTION.read_text()}\n{notes}{after}")


if __name__ == "__main__":
    main()
