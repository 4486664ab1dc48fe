"""Roles that come through groups, looked up at hand and past the cache, beside an empty endpoint."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from authme.accesses.bring_in import ImportedMembers, bring_in_members
from authme.groups.bring_in import bring_in_groups
from authme.groups.bring_in_lines import ImportedGroup, ImportedRole
from authme.groups.bring_in_roles import bring_in_roles
from authme.kernel.clock import SystemClock
from authme.users.bring_in import bring_in, read_line
from directory import DEPTH, GROUPS_OF_A_USER, SMALL
from measure import Load, application, folder, interleaved, postgres, request, settings, table
from support.given import Given

CALLERS = 32
_BATCH = 500
# Prime, so that the groups of a user are spread over all chains.
_STEP = 7919


def user_id(number: int) -> str:
    return f"a{number:023x}"


def group_id(number: int) -> str:
    return f"b{number:023x}"


def members_of(group: int) -> tuple[str, ...]:
    """Return the members of a group, so that each user is in GROUPS_OF_A_USER groups."""
    of_a_group = SMALL.users * GROUPS_OF_A_USER // SMALL.groups
    return tuple(user_id((group * of_a_group + n) * _STEP % SMALL.users) for n in range(of_a_group))


def groups() -> Iterator[ImportedGroup]:
    """Yield groups in chains DEPTH deep, each with a role."""
    for n in range(SMALL.groups):
        below = (group_id(n - 1),) if n % DEPTH else ()
        yield ImportedGroup(group_id=group_id(n), name=f"G {n}", roles=(f"R{n}",), depends_on=below)


def parts(lines: list[Any]) -> Iterator[list[tuple[int, Any]]]:
    """Yield lines with their numbers, in batches as the import takes them."""
    for first in range(0, len(lines), _BATCH):
        yield list(enumerate(lines[first : first + _BATCH], start=first))


async def fill(given: Given) -> None:
    """Bring a small directory in."""
    people = [read_line(json.dumps({"username": f"p{n}@example.com", "userId": user_id(n)})) for n in range(SMALL.users)]
    lines: list[tuple[Any, list[Any]]] = [
        (bring_in, people),
        (bring_in_roles, [ImportedRole(name=f"R{n}") for n in range(SMALL.groups)]),
        (bring_in_groups, list(groups())),
        (bring_in_members, [ImportedMembers(group_id=group_id(n), users=members_of(n)) for n in range(SMALL.groups)]),
    ]
    for bring, drafts in lines:
        for part in parts(drafts):
            outcome = await bring(given.run, part)
            assert outcome.imported == len(part), outcome.problems[:3]


def made(env: dict[str, str]) -> None:
    """Make the database and what is in it."""

    async def work() -> None:
        given = Given(env, SystemClock())
        await given.open()
        try:
            await fill(given)
        finally:
            await given.close()

    asyncio.run(work())


def look_up(port: int, path: str) -> Load:
    """Return the load: each connection asks for the roles of another user."""
    bodies = [json.dumps({"userId": user_id(n * SMALL.users // CALLERS)}).encode() for n in range(CALLERS)]
    return Load(port, [request(path, body=body) for body in bodies], expect=204)


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds, seconds = (1, 1.0) if quick else (5, 2.0)
    with contextlib.ExitStack() as stack:
        here: Path = stack.enter_context(folder())
        empty = stack.enter_context(application("empty", {}, here))
        loads = {"empty": Load(empty, [request("/")] * CALLERS, expect=204)}
        for engine, url in (("SQLite", f"sqlite:///{here}/authme.db"), ("PostgreSQL", stack.enter_context(postgres()))):
            env = settings(url)
            made(env)
            port = stack.enter_context(application("roles", env, here))
            loads |= {f"at hand, {engine}": look_up(port, "/held"), f"past the cache, {engine}": look_up(port, "/looked-up")}
        found = interleaved({name: (lambda load=load: load.rate(seconds)) for name, load in loads.items()}, rounds)
    return _report(found)


def _report(found: dict[str, float]) -> str:
    rows = [
        [f"roles {name}", f"{rate:,.0f}/s", f"{rate / found['empty']:.0%}", f"{1e6 / rate - 1e6 / found['empty']:,.0f} µs"]
        for name, rate in found.items()
        if name != "empty"
    ]
    return table(["work", "rate", f"of an empty POST, {found['empty']:,.0f}/s", "beyond it"], rows)


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
