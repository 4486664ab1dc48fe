"""Several worker processes on one database."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.api import API, basic
from support.given import Given
from support.serving import Serving, serving


def ask(server: Serving, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request on a connection of its own, so that any worker process may get it."""
    return httpx.request(method, f"{server.url}{API}{path}", timeout=10, **options)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def prepared(prepare: Any) -> dict[str, str]:
    async def work(given: Given) -> dict[str, str]:
        client = await given.client("account_lock", "account_unlock", "identity_read")
        user = await given.user()
        return {"client": client.id, "secret": client.secret, "user": user.id, "name": user.name, "password": user.password}

    found: dict[str, str] = prepare(work)
    return found


def test_a_locked_person_is_refused_by_every_worker_within_a_second(
    env: dict[str, str], prepared: dict[str, str], tmp_path: Path
):
    with serving(env, tmp_path, "--workers", "3") as server:
        service = ask(
            server, "POST", "/client-identities/login", headers={"authorization": basic(prepared["client"], prepared["secret"])}
        ).json()["accessToken"]
        login = {
            "params": {"clientId": prepared["client"]},
            "headers": {"authorization": basic(prepared["name"], prepared["password"])},
        }
        person = ask(server, "POST", "/user-identities/login", **login).json()
        probe = {"headers": bearer(person["accessToken"]), "json": {"currentPassword": "x", "newPassword": "another password"}}
        change = "/user-identities/me/change-password"
        warm = [ask(server, "POST", change, **probe).json()[0]["code"] for _ in range(12)]
        assert set(warm) == {"203"}

        assert (
            ask(server, "POST", "/user-identities/lock", headers=bearer(service), json={"userId": prepared["user"]}).status_code
            == 204
        )
        locked_at = time.monotonic()
        late = []
        while time.monotonic() - locked_at < 2:
            code = ask(server, "POST", change, **probe).json()[0]["code"]
            if code != "204" and time.monotonic() - locked_at > 1:
                late.append(code)

        assert late == []
        assert ask(server, "POST", "/user-identities/login", **login).json()[0]["code"] == "205"
        assert (
            ask(
                server, "POST", "/user-identities/unlock", headers=bearer(service), json={"userId": prepared["user"]}
            ).status_code
            == 204
        )
        assert [ask(server, "POST", "/user-identities/login", **login).status_code for _ in range(6)] == [200] * 6
        assert server.stop() < 10


def test_racing_renewals_on_all_workers_get_one_successor(env: dict[str, str], prepared: dict[str, str], tmp_path: Path):
    with serving(env, tmp_path, "--workers", "3") as server, ThreadPoolExecutor(20) as pool:
        login = {
            "params": {"clientId": prepared["client"]},
            "headers": {"authorization": basic(prepared["name"], prepared["password"])},
        }
        token = ask(server, "POST", "/user-identities/login", **login).json()["refreshToken"]
        renewal = {"params": {"clientId": prepared["client"]}, "json": {"refreshToken": token}}

        answers = list(pool.map(lambda _: ask(server, "POST", "/user-identities/renew-token", **renewal), range(40)))

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refreshToken"] for answer in answers}) == 1


def test_the_metrics_are_those_of_all_workers(env: dict[str, str], prepared: dict[str, str], tmp_path: Path):
    with serving(env, tmp_path, "--workers", "3") as server:
        headers = {"authorization": basic(prepared["client"], prepared["secret"])}
        for _ in range(30):
            ask(server, "POST", "/client-identities/login", headers=headers)

        for _ in range(5):
            shown = httpx.get(f"{server.url}/metrics").text
            assert 'authme_requests_total{operation="CI-04",status="2xx"} 30.0' in shown
