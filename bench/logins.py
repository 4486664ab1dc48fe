"""CI-04, UI-05, UI-13 and the bearer check, beside what bounds them."""

import asyncio
import contextlib
import multiprocessing
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import argon2

from authme.kernel.clock import SystemClock
from measure import (
    Load,
    application,
    basic,
    folder,
    interleaved,
    openssl_signatures,
    postgres,
    request,
    server,
    settings,
    table,
)
from support.given import Given, GivenClient, GivenUser

API = "/security/iam/v1"
CALLERS = 32
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Prepared:
    """What the requests need."""

    rs512: tuple[str, str]
    es256: tuple[str, str]
    names: list[str]
    refresh_tokens: list[str]
    service_token: str


def prepare(env: dict[str, str]) -> Prepared:
    """Make clients, users and sessions, beside the server."""

    async def work() -> Prepared:
        given = Given(env, SystemClock())
        await given.open()
        try:
            rs512, es256 = await given.client(), await given.client("account_lock", alg="ES256")
            users = [await given.user(f"p{n}@example.com", password=PASSWORD) for n in range(CALLERS)]
            tokens = [(await given.tokens(user, rs512))["refreshToken"] for user in users]
            return Prepared(
                (rs512.id, rs512.secret),
                (es256.id, es256.secret),
                [user.name for user in users],
                tokens,
                await given.client_token(es256),
            )
        finally:
            await given.close()

    return asyncio.run(work())


def client_login(port: int, client: tuple[str, str]) -> Load:
    return Load(port, [request(f"{API}/client-identities/login", Authorization=basic(*client))] * CALLERS)


def renewals(port: int, prepared: Prepared) -> Load:
    path = f"{API}/user-identities/renew-token?clientId={prepared.rs512[0]}"
    body = b'{"refreshToken":"{}"}'
    sized = request(path, body=body).replace(
        f"Content-Length: {len(body)}".encode(), f"Content-Length: {len(body) + 34}".encode()
    )
    return Load(port, [token.encode() + b"\0" + sized for token in prepared.refresh_tokens], follow="refreshToken")


def user_login(port: int, prepared: Prepared) -> Load:
    path = f"{API}/user-identities/login?clientId={prepared.rs512[0]}"
    return Load(port, [request(path, Authorization=basic(name, PASSWORD)) for name in prepared.names])


def _hash_for(seconds: float, core: int, counted: Any) -> None:
    os.sched_setaffinity(0, {core})
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    stored, count = hasher.hash(PASSWORD), 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        hasher.verify(stored, PASSWORD)
        count += 1
    counted.put(count / (time.perf_counter() - started))


def bare_argon2(seconds: float) -> float:
    """Return argon2id verifications per second of a process on each core."""
    counted = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=_hash_for, args=(seconds, core, counted)) for core in sorted(os.sched_getaffinity(0))
    ]
    for worker in workers:
        worker.start()
    rates = [counted.get() for _ in workers]
    for worker in workers:
        worker.join()
    return float(sum(rates))


def run(*, quick: bool) -> str:
    rounds, seconds = (1, 1.0) if quick else (5, 2.0)
    with contextlib.ExitStack() as stack:
        here: Path = stack.enter_context(folder())
        on_sqlite = settings(f"sqlite:///{here}/authme.db")
        prepared = prepare(on_sqlite)
        port = stack.enter_context(server(on_sqlite, here))
        empty = stack.enter_context(application("empty", {}, here))
        guarded = stack.enter_context(application("guarded", on_sqlite, here))
        on_postgres = settings(stack.enter_context(postgres()))
        prepared_there = prepare(on_postgres)
        port_there = stack.enter_context(server(on_postgres, here))
        token = prepared.service_token
        loads = {
            "empty": Load(empty, [request("/")] * CALLERS, expect=204),
            "open": Load(guarded, [request("/open")] * CALLERS, expect=204),
            "guarded": Load(guarded, [request("/guarded", Authorization=f"Bearer {token}")] * CALLERS, expect=204),
            "CI-04 RS512": client_login(port, prepared.rs512),
            "CI-04 ES256": client_login(port, prepared.es256),
            "CI-04 RS512 on PostgreSQL": client_login(port_there, prepared_there.rs512),
            "UI-13": renewals(port, prepared),
            "UI-13 on PostgreSQL": renewals(port_there, prepared_there),
        }
        tokens = {"UI-13": (port, prepared), "UI-13 on PostgreSQL": (port_there, prepared_there)}

        def rate_of(name: str) -> float:
            if name in tokens:
                # Each round begins with the tokens of new sessions: the round before used up those it had.
                at, who = tokens[name]
                env = on_sqlite if at == port else on_postgres
                return renewals(at, again(env, who)).rate(seconds)
            return loads[name].rate(seconds)

        candidates: dict[str, Any] = {name: (lambda name=name: rate_of(name)) for name in loads}
        candidates["openssl"] = openssl_signatures
        found = interleaved(candidates, rounds)
        both = stack.enter_context(
            server(
                settings(on_sqlite["AUTHME_DATABASE_URL"], MASTER_KEY=on_sqlite["AUTHME_MASTER_KEY"]),
                here,
                cores=set(os.sched_getaffinity(0)),
            )
        )
        found |= interleaved(
            {"UI-05": lambda: user_login(both, prepared).rate(seconds * 2), "argon2id": lambda: bare_argon2(seconds * 2)},
            rounds,
        )
    return _report(found)


def again(env: dict[str, str], prepared: Prepared) -> Prepared:
    """Return the same with new refresh tokens."""

    async def work() -> list[str]:
        given = Given(env, SystemClock())
        await given.open()
        try:
            client = GivenClient(*prepared.rs512)
            return [(await given.tokens(GivenUser("", name, PASSWORD), client))["refreshToken"] for name in prepared.names]
        finally:
            await given.close()

    return replace(prepared, refresh_tokens=asyncio.run(work()))


def _report(found: dict[str, float]) -> str:
    def rate(name: str) -> str:
        return f"{found[name]:,.0f}/s" if found[name] > 1000 else f"{found[name]:,.1f}/s"

    def share(name: str, of: str, what: str) -> str:
        return f"{found[name] / found[of]:.0%} of {what} {rate(of)}"

    def beyond(name: str) -> str:
        return f"{1e6 / found[name] - 1e6 / found['empty']:.0f} µs beyond an empty POST"

    sqlite, there = "CI-04 RS512", "on PostgreSQL"
    rows = [
        ["CI-04, RS512, SQLite", rate(sqlite), share(sqlite, "openssl", "openssl's rsa2048 signatures,"), "≥ 60 %"],
        [f"CI-04, RS512, {there[3:]}", rate(f"{sqlite} {there}"), share(f"{sqlite} {there}", "openssl", "them,"), ""],
        ["CI-04, ES256, SQLite", rate("CI-04 ES256"), share("CI-04 ES256", "empty", "an empty POST,"), "≥ 3,000/s or ≥ 60 %"],
        ["UI-13, RS512, SQLite", rate("UI-13"), share("UI-13", sqlite, "CI-04,"), "≥ 60 %"],
        [f"UI-13, RS512, {there[3:]}", rate(f"UI-13 {there}"), share(f"UI-13 {there}", sqlite, "CI-04 on SQLite,"), "≥ 60 %"],
        ["UI-05, argon2id 19 MiB", rate("UI-05"), share("UI-05", "argon2id", "bare argon2id on both cores,"), "≥ 85 %"],
        ["bearer check and requirement", rate("guarded"), beyond("guarded"), "≤ 60 µs"],
        ["the kernel alone, public", rate("open"), beyond("open"), ""],
    ]
    return table(["work", "rate", "ratio", "bar"], rows)


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
