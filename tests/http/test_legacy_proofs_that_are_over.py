"""What was begun by a password of the mainframe that is over before it is done: UI-06 under way, and UI-30 before UI-32."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from authme.legacy.embedded import EmbeddedDirectory
from authme.sign_in import complete_association
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, MakeGiven, claims
from support.legacy_logons import (
    ADDRESS,
    LOGON,
    NEW_SECRET,
    SECRET,
    asked_for_logon,
    associate,
    complete,
    log_in_there,
    names_of,
    reset_logon,
)

USERS = "/user-identities"
ELSEWHERE = "somebody.else@example.com"
End = Callable[[Given, Api, str], Awaitable[None]]


async def visitor_of(given: Given) -> Api:
    return given.api.as_client((await given.client()).id)


async def changed(given: Given, _visitor: Api, token: str) -> None:
    body = {"currentPassword": SECRET, "newPassword": NEW_SECRET}
    answer = await given.api.as_(token).post(f"{USERS}/me/change-password", json=body)
    assert answer.status_code == 204, answer.text


async def reset(given: Given, visitor: Api, _token: str) -> None:
    token_object(await reset_logon(visitor, *await asked_for_logon(given, visitor)))


async def reset_as_any_password(given: Given, visitor: Api, _token: str) -> None:
    await visitor.post(f"{USERS}/retrieve-identity", json={"userName": LOGON})
    body = {"username": LOGON, "token": await given.code(ADDRESS), "newPassword": NEW_SECRET}
    token_object(await visitor.post(f"{USERS}/reset-password", json=body))


async def locked_and_unlocked(given: Given, _visitor: Api, token: str) -> None:
    service = await given.service("account_lock", "account_unlock")
    for path in ("lock", "unlock"):
        assert (await service.post(f"{USERS}/{path}", json={"userId": claims(token)["sub"]})).status_code == 204


class Held:
    """The next answer of the directory to one question, which is held back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
        self.is_there, self._may_go_on = asyncio.Event(), asyncio.Event()
        ask: Any = getattr(EmbeddedDirectory, question)

        async def slowly(*arguments: Any) -> Any:
            monkeypatch.setattr(EmbeddedDirectory, question, ask)
            answer = await ask(*arguments)
            self.is_there.set()
            await self._may_go_on.wait()
            return answer

        monkeypatch.setattr(EmbeddedDirectory, question, slowly)

    def go(self) -> None:
        self._may_go_on.set()


class TestAnAssociation:
    @pytest.mark.parametrize("end", [changed, reset, reset_as_any_password, locked_and_unlocked])
    @pytest.mark.parametrize("keeps", ["true", "false"])
    async def test_is_over_with_the_password_that_was_proved(self, make_given: MakeGiven, url: str, end: End, keeps: str):
        given = await make_given(url, legacy_keeps_passwords=keeps)
        visitor = await visitor_of(given)
        # Whoever has a contact cannot be given another one anyway; some ways to end it need one.
        email = None if end in {changed, locked_and_unlocked} else ADDRESS
        await given.legacy_logon(LOGON, SECRET, email=email)
        token = str(token_object(await log_in_there(visitor))["accessToken"])
        begun = await associate(visitor, ELSEWHERE)
        code = await given.code(ELSEWHERE)

        await end(given, visitor, token)

        for more in ({}, {"newPassword": "the phrase of a stranger"}):
            refused(await complete(visitor, begun, code, **more), 400, "502")
        await given.deliver()
        for more in ({}, {"newPassword": "the phrase of a stranger"}):
            refused(await complete(visitor, begun, code, **more), 400, "502")
        now = SECRET if end is locked_and_unlocked else NEW_SECRET
        owner = token_object(await log_in_there(visitor, now))["accessToken"]
        assert ELSEWHERE not in await names_of(given, owner)

    async def test_is_over_when_the_logon_became_somebodys(self, on_both: Given):
        visitor = await visitor_of(on_both)
        await on_both.legacy_logon(LOGON, SECRET)
        begun = await associate(visitor, ELSEWHERE)
        token = token_object(await log_in_there(visitor))["accessToken"]

        refused(await complete(visitor, begun, await on_both.code(ELSEWHERE)), 400, "502")

        assert ELSEWHERE not in await names_of(on_both, token)

    @pytest.mark.parametrize("keeps", ["true", "false"])
    async def test_does_not_outlive_a_change_while_it_is_under_way(
        self, make_given: MakeGiven, url: str, keeps: str, monkeypatch: pytest.MonkeyPatch
    ):
        given = await make_given(url, legacy_keeps_passwords=keeps)
        beside = await make_given(beside=given)
        visitor, start = await visitor_of(given), complete_association.start_by_code
        await given.legacy_logon(LOGON, SECRET)
        token = str(token_object(await log_in_there(visitor))["accessToken"])
        begun = await associate(visitor, ELSEWHERE)
        code = await given.code(ELSEWHERE)

        async def late(*arguments: Any, **options: Any) -> Any:
            await changed(beside, visitor, token)
            return await start(*arguments, **options)

        monkeypatch.setattr(complete_association, "start_by_code", late)

        refused(await complete(visitor, begun, code), 400, "502")

        assert ELSEWHERE not in await names_of(given, token)

    async def test_by_the_new_password_is_a_new_one(self, on_both: Given):
        visitor = await visitor_of(on_both)
        await on_both.legacy_logon(LOGON, SECRET)
        token = str(token_object(await log_in_there(visitor))["accessToken"])
        await changed(on_both, visitor, token)

        begun = await associate(visitor, secret=NEW_SECRET)
        # That the directory gets to know it changes nothing.
        await on_both.deliver()

        token_object(await complete(visitor, begun, await on_both.code(ADDRESS)))


class TestALoginUnderWay:
    async def test_does_not_outlive_a_change_of_what_the_mainframe_alone_keeps(
        self, make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
    ):
        given = await make_given(url, legacy_keeps_passwords="false")
        beside = await make_given(beside=given)
        visitor = await visitor_of(given)
        await given.legacy_logon(LOGON, SECRET)
        token = str(token_object(await log_in_there(visitor))["accessToken"])
        held = Held(monkeypatch, "verify")
        under_way = asyncio.create_task(log_in_there(visitor))
        await held.is_there.wait()

        await changed(beside, visitor, token)
        held.go()

        refused(await under_way, 401, "203")

    async def test_the_first_one_does_not_outlive_a_reset(
        self, make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
    ):
        given = await make_given(url)
        beside = await make_given(beside=given)
        visitor, other = await visitor_of(given), await visitor_of(beside)
        await given.legacy_logon(LOGON, SECRET, email=ADDRESS)
        code, bound_to = await asked_for_logon(given, visitor)
        held = Held(monkeypatch, "find")
        under_way = asyncio.create_task(log_in_there(visitor))
        await held.is_there.wait()

        token = token_object(await reset_logon(other, code, bound_to))["accessToken"]
        await beside.deliver()
        held.go()

        refused(await under_way, 401, "203")
        assert (
            claims(str(token_object(await log_in_there(visitor, NEW_SECRET))["accessToken"]))["sub"]
            == claims(str(token))["sub"]
        )

    async def test_the_first_one_does_not_outlive_that_the_logon_is_found_revoked(
        self, make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
    ):
        given = await make_given(url)
        beside = await make_given(beside=given)
        visitor, other = await visitor_of(given), await visitor_of(beside)
        await given.legacy_logon(LOGON, SECRET)
        held = Held(monkeypatch, "find")
        under_way = asyncio.create_task(log_in_there(visitor))
        await held.is_there.wait()

        token_object(await log_in_there(other))
        await given.revoke_there(LOGON)
        refused(await log_in_there(other), 401, "205")
        held.go()

        refused(await under_way, 401, "205")

    async def test_the_first_one_is_let_in_beside_another(
        self, make_given: MakeGiven, url: str, monkeypatch: pytest.MonkeyPatch
    ):
        given = await make_given(url)
        beside = await make_given(beside=given)
        visitor, other = await visitor_of(given), await visitor_of(beside)
        await given.legacy_logon(LOGON, SECRET)
        held = Held(monkeypatch, "find")
        under_way = asyncio.create_task(log_in_there(visitor))
        await held.is_there.wait()

        token = token_object(await log_in_there(other))["accessToken"]
        held.go()

        assert claims(str(token_object(await under_way)["accessToken"]))["sub"] == claims(str(token))["sub"]


class TestAPasswordInOtherLetters:
    """Of up to 8 characters, which the mainframe compares in capitals."""

    SHORT = "Qx7pLm2w"

    async def of_a_reset(self, given: Given, visitor: Api) -> str:
        code, bound_to = await asked_for_logon(given, visitor)
        return str(token_object(await reset_logon(visitor, code, bound_to, self.SHORT))["accessToken"])

    async def of_a_change(self, given: Given, visitor: Api) -> str:
        token = str(token_object(await log_in_there(visitor))["accessToken"])
        body = {"currentPassword": SECRET, "newPassword": self.SHORT}
        assert (await given.api.as_(token).post(f"{USERS}/me/change-password", json=body)).status_code == 204
        return token

    @pytest.mark.parametrize("made", [of_a_reset, of_a_change])
    async def test_is_the_same_and_ends_nothing(self, given: Given, made: Callable[..., Awaitable[str]]):
        visitor = await visitor_of(given)
        await given.legacy_logon(LOGON, SECRET, email=ADDRESS)
        token = await made(self, given, visitor)
        # Before the directory has it, and afterwards.
        token_object(await log_in_there(visitor, self.SHORT.lower()))

        await given.deliver()
        token_object(await log_in_there(visitor, self.SHORT.swapcase()))

        assert LOGON in await names_of(given, token)
        assert await given.trail("user.password_kept") == []
        refused(await log_in_there(visitor, f"{self.SHORT[:-1]}v"), 401, "203")
