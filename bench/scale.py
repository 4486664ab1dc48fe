"""A directory of a million groups beside a small one, both on one PostgreSQL: roles looked up, and tokens issued.

A look-up is asked as the statement that walks the groups, past every cache of AuthMe, for somebody who was not looked up before
(others warm the server up), and as the operation that shows somebody's roles (UA-07). Everybody walks as many groups in both
directories, a fifth of which belong to businesses. Both are filled the same way, vacuumed and analysed, and measured in turn.

`python bench/scale.py [--quick]`; --quick takes a hundredth of the big one. It needs some 6 GB of disk and 5 of memory, and
writes its section of docs/benchmarks.md.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import asyncpg
import uvloop

from authme.groups.effective import Subject, find_roles, find_roles_by_group
from authme.groups.held import TOPIC
from authme.kernel.cache import EVERYTHING
from authme.kernel.clock import SystemClock
from authme.kernel.database import Database, connect
from directory import DEPTH, GROUPS_OF_A_USER, LOGINS, PASSWORD, SMALL, WALKED, Size, fill, name_of
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


@dataclass(frozen=True)
class Caller:
    """Who calls a server: the client, an administrator's token, and the ids of those who log in."""

    client_id: str
    bearer: str
    everybody: list[str]


async def look_up(database: Database, subjects: Iterable[Subject]) -> float:
    """Return milliseconds of the median look-up of somebody's roles, one after another."""
    reader, spent = database.reader(), []
    for subject in subjects:
        began = time.perf_counter()
        await find_roles(reader, subject)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


async def warm(database: Database, subjects: list[Subject]) -> None:
    """Have the statement planned for good, and what is walked read once; raise RuntimeError unless it is WALKED groups."""
    for subject in random.choices(subjects, k=_WARMING):  # noqa: S311  # a sample
        walked = len(await find_roles_by_group(database.reader(), subject))
        if walked != WALKED:
            raise RuntimeError(f"{walked} groups are walked for {subject.id}, not {WALKED}")


async def look_ups(urls: dict[str, str], rounds: int) -> dict[str, float]:
    """Return milliseconds of a look-up in each directory, past the cache, each of somebody else."""
    async with contextlib.AsyncExitStack() as stack:
        candidates: dict[str, Callable[[], Awaitable[float]]] = {}
        for name, url in urls.items():
            database = connect(url)
            await database.open()
            stack.push_async_callback(database.close)
            subjects = await _subjects(url)
            random.shuffle(subjects)
            await warm(database, subjects[: LOGINS // 2])
            others = iter(subjects[LOGINS // 2 :])
            candidates[name] = lambda database=database, others=others: look_up(database, islice(others, _LOOKED_UP))
        return await median_of_rounds(candidates, rounds)


async def _subjects(url: str) -> list[Subject]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT id, business_id FROM user_account")
    await connection.close()
    return [Subject("USER", row["id"], row["business_id"]) for row in rows]


def logins(port: int, caller: Caller) -> Load:
    """Everybody logs in once, in random order."""
    everybody = [base64.b64encode(f"{name_of(n)}:{PASSWORD}".encode()).decode() for n in range(LOGINS)]
    return _each(port, request(f"{API}/user-identities/login?clientId={caller.client_id}", Authorization="Basic {}"), everybody)


def questions(port: int, caller: Caller) -> Load:
    """An administrator looks everybody's roles up once, in random order."""
    path = f"{API}/user-accesses/users/{{}}/roles"
    return _each(port, request(path, method="GET", Authorization=f"Bearer {caller.bearer}"), caller.everybody)


def _each(port: int, template: bytes, values: list[str]) -> Load:
    values = random.sample(values, len(values))
    return Load(port, [template] * CALLERS, series=[values[place::CALLERS] for place in range(CALLERS)])


async def forget(url: str) -> None:
    """Have the server forget the roles that it has at hand, as any change of a group has it."""
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT pg_notify('authme', $1)", json.dumps(["bench", TOPIC, EVERYTHING]))
    await connection.close()


async def make_caller(env: dict[str, str], url: str) -> Caller:
    """Make the client at which everybody logs in, and an administrator who asks for their roles."""
    everybody = [subject.id for subject in await _subjects(url)]
    given = Given(env, SystemClock())
    await given.open()
    try:
        client, administrator = await given.client(), await given.user(None, "IAM_ADMIN_MAINTENANCE")
        return Caller(client.id, await given.user_token(administrator, client), everybody)
    finally:
        await given.close()


def rates(urls: dict[str, str], rounds: int, seconds: float) -> dict[tuple[str, str], float]:
    """Return answers per second by work and directory, with a hash that costs next to nothing, and no roles at hand."""
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(folder())
        candidates: dict[str, Callable[[], float]] = {}
        for name, url in urls.items():
            env = settings(url, ARGON2_MEMORY_KIB=8, ARGON2_TIME_COST=1)
            caller = asyncio.run(make_caller(env, url))
            port = stack.enter_context(server(env, here))
            for work, loading in WORK.items():
                load = loading(port, caller)
                candidates[f"{work} {name}"] = lambda url=url, load=load: _rate(url, load, seconds)
        found = interleaved(candidates, rounds)
    return {(work, name): found[f"{work} {name}"] for work in WORK for name in urls}


def _rate(url: str, load: Load, seconds: float) -> float:
    asyncio.run(forget(url))
    return load.rate(seconds)


WORK: dict[str, Callable[[int, Caller], Load]] = {"UA-07": questions, "UI-05, RS512": logins}


def run(*, quick: bool) -> str:
    """Return the table, and what it is about."""
    rounds, seconds = (1, 1.0) if quick else (7, 3.0)
    big = QUICK if quick else BIG
    with postgres(**_SERVER) as url:
        urls = uvloop.run(make(url, {"small": SMALL, "big": big}))
        found = uvloop.run(look_ups(urls, rounds))
        answered = rates(urls, rounds, seconds)
    bare = [f"{found['small']:.2f} ms", f"{found['big']:.2f} ms", _ratio(found["big"], found["small"])]
    rows: list[list[Any]] = [["roles looked up, the bare statement", *bare, f"≤ {BAR} x"]]
    for work in WORK:
        small, large = answered[work, "small"], answered[work, "big"]
        rows.append([work, f"{small:,.0f}/s", f"{large:,.0f}/s", _ratio(small, large), f"≤ {BAR} x"])
    head = ["work, no roles at hand", f"{SMALL.groups:,} groups", f"{big.groups:,} groups", "time, big : small", "bar"]
    return f"{_about(big)}\n\n{table(head, rows)}"


def _ratio(one: float, other: float) -> str:
    return f"{one / other:.2f} x"


def _about(big: Size) -> str:
    return f"""{SMALL.users:,} users and {SMALL.groups:,} groups beside {big.users:,} users, {big.groups:,} groups and
{big.memberships:,} memberships, on one PostgreSQL that holds both in memory. Groups stand in chains of dependencies {DEPTH}
deep, each with a role, and a fifth of them belong to businesses; a user is in {GROUPS_OF_A_USER} groups at random, and by their
business in others: {WALKED} groups are walked for each, in both directories. The bare statement is asked one after another on
one connection, each time for somebody who was not looked up before; operations come from {CALLERS} callers, each about or by
every user once a round."""


def main() -> None:
    """Run, and write the section unless it was a quick one."""
    parser = argparse.ArgumentParser(description="Measure a directory of a million groups beside a small one.")
    parser.add_argument("--quick", action="store_true", help="a hundredth of it, which is written nowhere")
    quick = parser.parse_args().quick
    text = run(quick=quick)
    print(text)
    if not quick:
        SECTION.write_text(f"\n{_TITLE}\n\n{text}\n")
        before, notes, after = DOCUMENT.read_text().partition(_NOTES)
        DOCUMENT.write_text(f"{before.partition(_TITLE)[0].rstrip()}\n{SECTION.read_text()}\n{notes}{after}")


if __name__ == "__main__":
    main()
