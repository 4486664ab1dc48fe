"""UI-05 while somebody changes what it rests on: nothing that began before outlives the change."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from authme.credentials.pool import PasswordPool
from support.answers import refused
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser, MakeGiven

LOGIN = "/user-identities/login"
NEW = "another good password"
Change = Callable[[Given, GivenUser, Api], Awaitable[Any]]


async def locked_and_unlocked(given: Given, user: GivenUser, _person: Api) -> None:
    service = await given.service("account_lock", "account_unlock")
    for path in ("lock", "unlock"):
        assert (await service.post(f"/user-identities/{path}", json={"userId": user.id})).status_code == 204


async def changed(_given: Given, user: GivenUser, person: Api) -> None:
    body = {"currentPassword": user.password, "newPassword": NEW}
    assert (await person.post("/user-identities/me/change-password", json=body)).status_code == 204


async def reset(given: Given, user: GivenUser, _person: Api) -> None:
    caller = given.api.as_client((await given.client()).id)
    await caller.post("/user-identities/retrieve-identity", json={"userName": user.name})
    body = {"username": user.name, "token": await given.code(user.name), "newPassword": NEW}
    assert (await caller.post("/user-identities/reset-password", json=body)).status_code == 200


@pytest.mark.parametrize("change", [locked_and_unlocked, changed, reset])
async def test_a_login_under_way_does_not_outlive_it(
    make_given: MakeGiven, url: str, change: Change, monkeypatch: pytest.MonkeyPatch
):
    given = await make_given(url)
    # The change comes from another worker process: on one, proofs for one name wait for each other.
    other = await make_given(beside=given)
    client, user = await given.client(), await given.user()
    person = await given.person(user, client)
    is_verified, may_go_on = asyncio.Event(), asyncio.Event()
    verify = PasswordPool.verify

    async def slowly(pool: PasswordPool, password: str, stored: str | None) -> bool:
        matches = await verify(pool, password, stored)
        if pool is given.server.parts.get(PasswordPool):
            is_verified.set()
            await may_go_on.wait()
        return matches

    monkeypatch.setattr(PasswordPool, "verify", slowly)
    under_way = asyncio.create_task(_login(given, user, client))
    await is_verified.wait()
    given.later(seconds=1)
    await change(other, user, other.api.as_(person_token(person)))
    may_go_on.set()
    answer = await under_way

    refused(answer, 401, "203")


async def _login(given: Given, user: GivenUser, client: GivenClient) -> Any:
    body = {"deviceId": "phone", "rememberMe": True}
    headers = {"Authorization": basic(user.name, user.password)}
    return await given.api.as_client(client.id).post(LOGIN, headers=headers, json=body)


def person_token(person: Api) -> str:
    return person._headers["Authorization"].removeprefix("Bearer ")  # noqa: SLF001  # the same person, asking another process
