"""Somebody of the mainframe moves over to a running server, which has more than one worker process."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api import basic
from support.given import Given, GivenClient, environment
from support.legacy_login import reached_by_ldap
from support.outside import wait_until
from support.serving import Serving, serving
from support.slapd import Slapd, running_slapd
from support.slapd_outside import RacfOutside

USERS = "/security/iam/v1/user-identities"
PHRASE = "correct horse battery"


@pytest.fixture
def slapd() -> Iterator[Slapd]:
    with running_slapd() as running:
        yield running


@pytest.fixture
def env(url: str, slapd: Slapd, tmp_path: Path) -> dict[str, str]:
    return environment(url, ISSUER="http://127.0.0.1:8080", **reached_by_ldap(slapd, tmp_path))


def log_in(server: Serving, client: GivenClient, secret: str) -> httpx.Response:
    where = f"{server.url}{USERS}/login-legacy"
    return httpx.post(where, params={"clientId": client.id}, headers={"Authorization": basic("MARIA", secret)}, timeout=10)


def test_from_the_first_login_to_the_lock(env: dict[str, str], prepare: Any, slapd: Slapd, tmp_path: Path):
    outside = RacfOutside(slapd.racf)
    asyncio.run(outside.add_logon("MARIA", "SECRET01", name="Maria Silva"))

    async def made(given: Given) -> tuple[GivenClient, str]:
        client = await given.client("account_lock")
        return client, await given.client_token(client)

    client, service = prepare(made)
    with serving(env, tmp_path, "--workers", "2") as server:
        first = log_in(server, client, "secret01")
        slapd.kill()
        while_it_is_down = log_in(server, client, "SECRET01")
        changed = httpx.post(
            f"{server.url}{USERS}/me/change-password",
            headers={"Authorization": f"Bearer {while_it_is_down.json()['accessToken']}"},
            json={"currentPassword": "SECRET01", "newPassword": PHRASE},
        )
        slapd.start()
        wait_until(lambda: asyncio.run(outside.secret_is("MARIA", PHRASE)), "the phrase did not arrive", seconds=60)
        user_id = httpx.get(
            f"{server.url}{USERS}/me",
            headers={"Authorization": f"Bearer {log_in(server, client, PHRASE).json()['accessToken']}"},
        ).json()["userId"]
        locked = httpx.post(
            f"{server.url}{USERS}/lock", headers={"Authorization": f"Bearer {service}"}, json={"userId": user_id}
        )
        wait_until(lambda: slapd.racf.logons["MARIA"].is_revoked, "it was not revoked there", seconds=60)
        after = log_in(server, client, PHRASE)

    assert (first.status_code, while_it_is_down.status_code, changed.status_code, locked.status_code) == (200, 200, 204, 204)
    assert (after.status_code, after.json()[0]["code"]) == (401, "205")
    assert not asyncio.run(outside.secret_is("MARIA", "SECRET01"))
