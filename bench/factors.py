"""UI-25, UI-26 and UI-08, beside CI-04 and an empty POST."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from authme.challenges import store as challenges
from authme.challenges.model import Challenge
from authme.challenges.open import digest_of
from authme.crypto.digests import Digester
from authme.devices import store as devices
from authme.devices.model import Device
from authme.kernel.clock import SystemClock
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import names
from authme.users import store as users
from logins import API, CALLERS, PASSWORD, client_login, prepare
from measure import Load, application, folder, interleaved, postgres, request, server, settings, table
from support.api import basic
from support.given import Given, GivenClient, GivenUser, claims

CODE = "123456"
PREPARED = 120


@dataclass(frozen=True)
class Persons:
    """Who steps up: for each connection a bearer token, and challenges that wait for their answer."""

    tokens: list[str]
    answers: list[list[str]]


async def _open(given: Given, token: str) -> list[str]:
    """Open challenges whose code is known, and return what answers them."""
    said = claims(token)
    factor = (await given.api.as_(token).get("/user-identities/me/authentication-factors")).json()[0]["id"]

    async def work(ctx: Context) -> list[str]:
        now, opened = ctx.clock.now_ms(), []
        for _ in range(PREPARED):
            id_ = new_id(ctx.clock)
            hashed = digest_of(ctx.part(Digester), id_, CODE)
            challenges.insert_challenge(
                ctx.tx,
                Challenge(
                    id=id_,
                    purpose="MFA",
                    subject=said["user_id"],
                    session_id=said["sid"],
                    client_id=None,
                    factor_id=factor,
                    code_hash=hashed,
                    data=None,
                    tries=0,
                    created_at=now,
                    expires_at=now + int(timedelta(hours=1).total_seconds()) * 1000,
                    validated_at=None,
                    used_at=None,
                ),
            )
            opened.append(f'{id_}","token":"{CODE}')
        return opened

    return await given.run(work)


def persons(env: dict[str, str], client: tuple[str, str], names: list[str]) -> Persons:
    """Log everybody in anew, beside the server."""

    async def work() -> Persons:
        given = Given(env, SystemClock())
        await given.open()
        try:
            at = GivenClient(*client)
            tokens = [await given.user_token(GivenUser("", name, PASSWORD), at) for name in names]
            return Persons(tokens, [await _open(given, token) for token in tokens])
        finally:
            await given.close()

    return asyncio.run(work())


def leverage(port: int, who: Persons) -> Load:
    path = f"{API}/user-identities/me/leverage-mfa"
    return Load(port, [request(path, Authorization=f"Bearer {token}") for token in who.tokens], expect=201)


def fulfill(port: int, who: Persons) -> Load:
    path = f"{API}/user-identities/me/fulfill-mfa"
    bodies = [f'{{"challengeId":"{answers[0]}"}}' for answers in who.answers]
    requests = [
        request(path, body=body.encode(), Authorization=f"Bearer {token}").replace(answers[0].encode(), b"{}")
        for body, token, answers in zip(bodies, who.tokens, who.answers, strict=True)
    ]
    return Load(port, requests, series=who.answers)


async def associate(ctx: Context, name: str) -> None:
    """Make a device the user's own."""
    user = await users.find_by_any_name(ctx.tx, names.candidates(name))
    assert user is not None
    now = ctx.clock.now_ms()
    made = Device(
        user_id=user.id, device_id="d", device_token_id=None, version=None, name=None, associated_at=now, last_used_at=now
    )
    await devices.associate(ctx.tx, made)


def remembered(env: dict[str, str], client: tuple[str, str], known: list[str]) -> list[str]:
    """Return a remember-me token for each user, on a device that is theirs."""

    async def work() -> list[str]:
        given = Given(env, SystemClock())
        await given.open()
        try:
            caller, found = given.api.as_client(client[0]), []
            for name in known:
                await given.run(lambda ctx, name=name: associate(ctx, name))
                answer = await caller.post(
                    "/user-identities/login",
                    headers={"Authorization": basic(name, PASSWORD)},
                    json={"rememberMe": True, "deviceId": "d"},
                )
                assert answer.status_code == 200, answer.text
                found.append(answer.json()["rememberMeToken"])
            return found
        finally:
            await given.close()

    return asyncio.run(work())


def remember_me(port: int, client: tuple[str, str], tokens: list[str]) -> Load:
    path = f"{API}/user-identities/remember-me?clientId={client[0]}"
    body = f'{{"rememberMeToken":"{tokens[0]}","deviceId":"d"}}'
    template = request(path, body=body.encode()).replace(tokens[0].encode(), b"{}")
    return Load(port, [token.encode() + b"\0" + template for token in tokens], follow="rememberMeToken")


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds, seconds = (1, 1.0) if quick else (5, 2.0)
    with contextlib.ExitStack() as stack:
        here: Path = stack.enter_context(folder())
        empty = stack.enter_context(application("empty", {}, here))
        candidates: dict[str, Any] = {
            "empty": Load(empty, [request("/")] * CALLERS, expect=204).rate,
        }
        for engine, url in (
            ("SQLite", f"sqlite:///{here}/authme.db"),
            ("PostgreSQL", stack.enter_context(postgres())),
        ):
            env = settings(url)
            prepared = prepare(env)
            port = stack.enter_context(server(env, here))
            client, names = prepared.rs512, prepared.names
            candidates |= {
                f"CI-04 {engine}": client_login(port, client).rate,
                f"UI-25 {engine}": lambda s, e=env, p=port, c=client, n=names: leverage(p, persons(e, c, n)).rate(s),
                f"UI-26 {engine}": lambda s, e=env, p=port, c=client, n=names: fulfill(p, persons(e, c, n)).rate(s),
                f"UI-08 {engine}": lambda s, e=env, p=port, c=client, n=names: remember_me(p, c, remembered(e, c, n)).rate(s),
            }
        found = interleaved({name: (lambda rate=rate: rate(seconds)) for name, rate in candidates.items()}, rounds)
    return _report(found)


def _report(found: dict[str, float]) -> str:
    rows = []
    for engine in ("SQLite", "PostgreSQL"):
        for work, what in (
            ("UI-25", "a code is made, sealed and put into the outbox"),
            ("UI-26", "a code is checked, the session raised, RS512"),
            ("UI-08", "a remember-me token is rotated, a session begun, RS512"),
        ):
            rate = found[f"{work} {engine}"]
            of_login, of_empty = rate / found[f"CI-04 {engine}"], rate / found["empty"]
            rows.append([f"{work}, {engine}", what, f"{rate:,.0f}/s", f"{of_login:.0%} of CI-04", f"{of_empty:.0%}"])
    return table(["work", "what is done", "rate", "of a client login, RS512", "of an empty POST"], rows)


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
