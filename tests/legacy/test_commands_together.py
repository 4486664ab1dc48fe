"""Many commands, many workers, and a server that dies among them: each is done once, in order, and none is lost."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from authme.kernel.clock import SystemClock
from authme.kernel.context import Context
from authme.legacy.commands import order_password, order_resume, order_revoke
from authme.legacy.give import give
from authme.legacy.model import NewLogon
from support.given import Given, MakeGiven, environment
from support.legacy_login import reached_by_ldap
from support.outside import wait_until
from support.serving import serving
from support.slapd import Slapd
from support.slapd_racf import Racf, name_of
from support.two_engines import plain_sql, rows_of

WHAT_IS_DONE = ["ADD", "PASSWORD", "RESUME"]


async def order_four(ctx: Context, user_id: str, logon: str) -> None:
    """Order what is done in three steps, since one that lets in makes void one that revokes."""
    new = NewLogon(logon=logon, name="Maria", document=None, email=None, mobile=None, group=None)
    await give(ctx, user_id, new, directory="racf", business_id=None, is_chosen=True)
    await order_password(ctx, user_id, f"P{logon}", changed_at=1)
    await order_revoke(ctx, user_id)
    await order_resume(ctx, user_id)


async def order_for(given: Given, logons: list[str]) -> None:
    """Order four commands for a user of each logon, the users one after the other in each step."""
    users = [(await given.user()).id for _ in logons]

    async def work(ctx: Context) -> None:
        for user_id, logon in zip(users, logons, strict=True):
            await order_four(ctx, user_id, logon)

    await given.run(work)


def done(racf: Racf) -> dict[str, list[str]]:
    """Return what was done to each logon, in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, values in racf.changes:
        words = values.get("racfAttributes", [""])
        found[name_of(name)].append("ADD" if "objectClass" in values else "PASSWORD" if "racfPassword" in values else words[0])
    return dict(found)


async def test_workers_on_one_database_do_each_command_once_and_each_logons_in_order(
    make_given: MakeGiven, slapd: Slapd, url: str, tmp_path: Path
):
    first = await make_given(url, **reached_by_ldap(slapd, tmp_path))
    second = await make_given(beside=first)
    logons = [f"MARIA{number:02}" for number in range(15)]
    await order_for(first, logons)

    while any(await asyncio.gather(first.deliver(), second.deliver())):
        pass

    assert done(slapd.racf) == dict.fromkeys(logons, WHAT_IS_DONE)
    assert {slapd.racf.logons[logon].password for logon in logons} == {f"P{logon}" for logon in logons}
    assert await rows_of(url, "SELECT state, attempts, count(*) FROM outbox WHERE kind = 'LEGACY' GROUP BY 1, 2") == [
        ("SENT", 1, 60)
    ]
    assert await rows_of(url, "SELECT DISTINCT status, is_revoked, password_no - password_done_no FROM legacy_logon") == [
        ("PROVISIONED", 0, 0)
    ]


def test_a_thousand_commands_outlive_a_server_that_is_killed_among_them(own_slapd: Slapd, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/authme.db"
    env = environment(url, **reached_by_ldap(own_slapd, tmp_path))
    logons = [f"M{number:03}" for number in range(250)]
    asyncio.run(with_given(env, lambda given: order_for(given, logons)))
    racf = own_slapd.racf

    with serving(env, tmp_path, "--workers", "1") as server:
        wait_until(lambda: len(racf.changes) > 200, "no commands were done", seconds=60)
        server.kill()
    before = len(racf.changes)
    assert before < 750
    # Nobody waits for the claims of the one that died.
    asyncio.run(plain_sql(url, "UPDATE outbox SET claimed_until = 0"))
    with serving(env, tmp_path, "--workers", "2"):
        wait_until(lambda: not pending(url), "they were not done", seconds=90)

    found = done(racf)
    # A logon is let in again as often as it is said; nothing else may be done twice.
    assert {logon: list(dict.fromkeys(steps)) for logon, steps in found.items()} == dict.fromkeys(logons, WHAT_IS_DONE)
    assert {logon: steps[:2] for logon, steps in found.items()} == dict.fromkeys(logons, WHAT_IS_DONE[:2])
    assert {step for steps in found.values() for step in steps[3:]} <= {"RESUME"}
    assert asyncio.run(rows_of(url, "SELECT state, count(*) FROM outbox WHERE kind = 'LEGACY' GROUP BY 1")) == [("SENT", 1000)]
    assert asyncio.run(rows_of(url, "SELECT count(*) FROM legacy_logon WHERE status = 'PROVISIONED'")) == [(250,)]
    assert {racf.logons[logon].password for logon in logons} == {f"P{logon}" for logon in logons}


def pending(url: str) -> int:
    [(count,)] = asyncio.run(rows_of(url, "SELECT count(*) FROM outbox WHERE kind = 'LEGACY' AND state = 'PENDING'"))
    return int(count)  # type: ignore[call-overload]  # a number


async def with_given(env: dict[str, str], work: Callable[[Given], Awaitable[Any]]) -> None:
    given = Given(env, SystemClock())
    await given.open()
    try:
        await work(given)
    finally:
        await given.close()
