"""Whoever is revoked on the mainframe is out here at their next login, by whichever door."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.kernel.database.sqlite import SqliteTransaction
from authme.legacy.embedded import EmbeddedDirectory
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, MakeGiven
from support.legacy_login import LOGON, SECRET, cut_off, log_in, logged_in, visitor_of
from support.two_engines import rows_of

Door = Callable[[Given, GivenClient], Awaitable[httpx.Response]]


async def by_name(given: Given, client: GivenClient) -> httpx.Response:
    return await given.api.as_client(client.id).login("maria@example.com", SECRET)


async def by_logon(given: Given, client: GivenClient) -> httpx.Response:
    return await log_in(given.api.as_client(client.id))


async def by_grant(given: Given, client: GivenClient) -> httpx.Response:
    body = {"grantType": "password", "clientId": client.id, "clientSecret": client.secret}
    return await given.api.post("/token", json=body | {"username": LOGON, "password": SECRET})


each_door = pytest.mark.parametrize("door", [by_name, by_logon, by_grant])


@pytest.fixture
async def moved(on_both: Given) -> Given:
    """Somebody has moved over from the mainframe."""
    await on_both.legacy_logon(LOGON, SECRET, email="maria@example.com")
    await logged_in(await visitor_of(on_both))
    return on_both


async def made_client(given: Given) -> GivenClient:
    return await given.client(grant_types=("password", "refresh_token"))


async def remembered(given: Given) -> list[Any]:
    return [row[0] for row in await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT is_revoked FROM legacy_logon")]


@each_door
async def test_a_logon_that_is_revoked_there_does_not_log_in(moved: Given, door: Door):
    client = await made_client(moved)
    token_object(await door(moved, client))

    await moved.revoke_there(LOGON)

    refused(await door(moved, client), 401, "205")
    assert await remembered(moved) == [1]


@each_door
async def test_nor_does_one_that_is_gone(moved: Given, door: Door):
    client = await made_client(moved)
    await moved.remove_there(LOGON)

    refused(await door(moved, client), 401, "205")


@each_door
async def test_one_that_is_resumed_there_logs_in_again(moved: Given, door: Door):
    client = await made_client(moved)
    await moved.revoke_there(LOGON)
    refused(await door(moved, client), 401, "205")

    await moved.resume_there(LOGON)

    token_object(await door(moved, client))
    assert await remembered(moved) == [0]


@each_door
async def test_while_the_directory_is_down_what_is_remembered_counts(
    moved: Given, make_given: MakeGiven, tmp_path: Path, door: Door
):
    client = await made_client(moved)
    down = await cut_off(make_given, moved, tmp_path)
    token_object(await door(down, client))
    await moved.revoke_there(LOGON)
    token_object(await door(down, client))

    refused(await door(moved, client), 401, "205")

    refused(await door(down, client), 401, "205")


@each_door
async def test_an_order_of_ours_on_its_way_counts(moved: Given, door: Door):
    client = await made_client(moved)
    await moved.revoke_there(LOGON)
    refused(await door(moved, client), 401, "205")
    service = await moved.service("account_lock", "account_unlock")
    ((sub,),) = await rows_of(moved.env["AUTHME_DATABASE_URL"], "SELECT user_id FROM legacy_logon")
    for path in ("lock", "unlock"):
        assert (await service.post(f"/user-identities/{path}", json={"userId": sub})).status_code == 204

    token_object(await door(moved, client))

    await moved.deliver()
    token_object(await door(moved, client))


async def test_a_wrong_password_does_not_learn_of_it(moved: Given):
    await moved.revoke_there(LOGON)
    visitor = await visitor_of(moved)

    refused(await visitor.login(LOGON, "wrong"), 401, "203")
    refused(await log_in(visitor, secret="wrong"), 401, "203")


async def test_the_refusal_is_in_the_audit(moved: Given):
    await moved.revoke_there(LOGON)

    refused(await (await visitor_of(moved)).login(LOGON, SECRET), 401, "205")

    row = (await moved.trail("user.login"))[-1]
    assert (row["result"], '"reason":"revoked"' in row["detail"]) == ("REFUSED", True)


async def test_a_session_goes_on(moved: Given):
    visitor = await visitor_of(moved)
    tokens = token_object(await visitor.login(LOGON, SECRET))
    await moved.revoke_there(LOGON)

    renewed = await visitor.post("/user-identities/renew-token", json={"refreshToken": tokens["refreshToken"]})

    token_object(renewed)


async def test_whoever_is_remembered_on_a_device_is_out_as_long_as_they_are_revoked(moved: Given):
    visitor = await visitor_of(moved)
    tokens = token_object(await visitor.login(LOGON, SECRET, json={"deviceId": "d", "rememberMe": True}))
    body = {"rememberMeToken": tokens["rememberMeToken"], "deviceId": "d"}
    await moved.revoke_there(LOGON)

    refused(await visitor.post("/user-identities/remember-me", json=body), 401, "206")

    row = (await moved.trail("user.login"))[-1]
    assert (row["result"], '"reason":"revoked"' in row["detail"]) == ("REFUSED", True)
    assert await remembered(moved) == [1]
    await moved.resume_there(LOGON)
    token_object(await visitor.post("/user-identities/remember-me", json=body))
    assert await remembered(moved) == [0]


class TestWhatItCosts:
    @pytest.fixture
    def reads(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Every statement that a unit of work reads by."""
        seen: list[str] = []
        for name in ("one", "all"):
            read = getattr(SqliteTransaction, name)

            async def noted(tx: Any, statement: Any, /, *, _read: Any = read, **parameters: Any) -> Any:
                seen.append(statement.sqlite.sql)
                return await _read(tx, statement, **parameters)

            monkeypatch.setattr(SqliteTransaction, name, noted)
        return seen

    async def test_somebody_without_a_logon_reads_nothing_more(self, given: Given, reads: list[str]):
        visitor, user = await visitor_of(given), await given.user()
        reads.clear()

        tokens = token_object(await visitor.login(user.name, user.password, json={"deviceId": "d", "rememberMe": True}))
        body = {"rememberMeToken": tokens["rememberMeToken"], "deviceId": "d"}
        token_object(await visitor.post("/user-identities/remember-me", json=body))

        assert not any("legacy_logon" in one for one in reads)

    async def test_a_wrong_password_reads_the_same_for_every_logon(self, given: Given, reads: list[str]):
        for logon in (LOGON, "MOVED"):
            await given.legacy_logon(logon, SECRET)
        visitor = await visitor_of(given)
        await logged_in(visitor, "MOVED")
        by_logon = {}
        for logon in (LOGON, "MOVED", "NOBODY"):
            reads.clear()
            refused(await log_in(visitor, logon, "wrong"), 401, "203")
            by_logon[logon] = list(reads)

        assert by_logon[LOGON] == by_logon["MOVED"] == by_logon["NOBODY"] != []

    async def test_and_asks_the_directory_the_same(self, given: Given, monkeypatch: pytest.MonkeyPatch):
        for logon in (LOGON, "MOVED", "PENDING"):
            await given.legacy_logon(logon, SECRET)
        visitor = await visitor_of(given)
        await logged_in(visitor, "MOVED")
        await _change_password(given, visitor, "PENDING")
        asked: list[str] = []
        verify = EmbeddedDirectory.verify

        async def noted(directory: EmbeddedDirectory, logon: str, secret: str) -> Any:
            asked.append(logon)
            return await verify(directory, logon, secret)

        monkeypatch.setattr(EmbeddedDirectory, "verify", noted)
        named = [LOGON, "MOVED", "PENDING", "NOBODY"]

        for logon in named:
            refused(await log_in(visitor, logon, "wrong"), 401, "203")

        assert asked == named


async def _change_password(given: Given, visitor: Api, logon: str) -> None:
    person = given.api.as_(str(token_object(await log_in(visitor, logon))["accessToken"]))
    body = {"currentPassword": SECRET, "newPassword": "a phrase that is new here"}
    assert (await person.post("/user-identities/me/change-password", json=body)).status_code == 204
