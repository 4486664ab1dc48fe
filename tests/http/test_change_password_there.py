"""UI-15 of whoever has no password here: the mainframe says what is right, and is told what it becomes."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.users import change_password
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, MakeGiven
from support.legacy_login import cut_off
from support.legacy_logons import ADDRESS, LOGON, NEW_SECRET, SECRET, asked_for_logon, log_in_there, reset_logon
from support.two_engines import rows_of

CHANGE = "/user-identities/me/change-password"


@pytest.fixture
async def keeping_none(make_given: MakeGiven, url: str) -> Given:
    """A server that keeps no passwords of the mainframe, and a logon there."""
    given = await make_given(url, legacy_keeps_passwords=False)
    await given.legacy_logon(LOGON, SECRET, email=ADDRESS)
    return given


async def token_of(given: Given, secret: str = SECRET) -> str:
    visitor = given.api.as_client((await given.client()).id)
    return str(token_object(await log_in_there(visitor, secret))["accessToken"])


async def logged_in(given: Given, secret: str = SECRET) -> Api:
    return given.api.as_(await token_of(given, secret))


async def change(person: Api, was: str = SECRET, becomes: str = NEW_SECRET) -> httpx.Response:
    return await person.post(CHANGE, json={"currentPassword": was, "newPassword": becomes})


async def hashes(given: Given) -> list[Any]:
    return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT password_hash FROM credential")


async def test_the_password_there_is_changed(keeping_none: Given):
    given, person, other = keeping_none, await logged_in(keeping_none), await logged_in(keeping_none)

    assert (await change(person, was=SECRET.lower())).status_code == 204

    assert await hashes(given) == []
    refused(await other.get("/user-identities/me"), 401, "204")
    await given.deliver()
    assert await given.secret_there_is(LOGON, NEW_SECRET)
    assert "password_changed" in {one["message"] for one in await given.messages(ADDRESS)}
    assert [row["result"] for row in await given.trail("user.password_changed")] == ["OK"]
    await logged_in(given, NEW_SECRET)


async def test_where_passwords_are_kept_it_counts_at_once(make_given: MakeGiven, keeping_none: Given):
    """The person logged in while none were kept."""
    env = keeping_none.env
    given = await make_given(env["AUTHME_DATABASE_URL"], master_key=env["AUTHME_MASTER_KEY"])
    person = given.api.as_(await token_of(keeping_none))

    assert (await change(person)).status_code == 204

    assert len(await hashes(given)) == 1
    await logged_in(given, NEW_SECRET)
    visitor = given.api.as_client((await given.client()).id)
    refused(await log_in_there(visitor, SECRET), 401, "203")


async def test_a_wrong_one_is_counted_as_any(keeping_none: Given):
    given, person = keeping_none, await logged_in(keeping_none)

    answers = [await change(person, was="WRONG") for _ in range(6)]

    for answer in answers[:5]:
        refused(answer, 401, "203")
    refused(answers[5], 429, "601")
    assert await given.commands() == []
    assert {row["result"] for row in await given.trail("user.password_changed")} == {"REFUSED"}


async def test_one_that_expired_is_changed(keeping_none: Given):
    person = await logged_in(keeping_none)
    await keeping_none.expire_there(LOGON)

    assert (await change(person)).status_code == 204


async def test_of_a_logon_that_is_revoked_there_it_is_not(keeping_none: Given):
    person = await logged_in(keeping_none)
    await keeping_none.revoke_there(LOGON)

    refused(await change(person), 401, "205")

    assert await keeping_none.commands() == []


@pytest.mark.parametrize("becomes", [SECRET, SECRET.lower(), "only twelve!", "ein übliches Passwort"])
async def test_it_has_to_be_another_that_both_take(keeping_none: Given, becomes: str):
    person = await logged_in(keeping_none)

    refused(await change(person, becomes=becomes), 400, "501")

    assert await keeping_none.commands() == []


async def test_while_another_is_on_its_way_the_old_one_is_not_asked_for(keeping_none: Given):
    given = keeping_none
    code, bound_to = await asked_for_logon(given, given.api.as_client((await given.client()).id))
    visitor = given.api.as_client((await given.client()).id)
    person = given.api.as_(str(token_object(await reset_logon(visitor, code, bound_to))["accessToken"]))

    for was in (SECRET, NEW_SECRET):
        refused(await change(person, was=was, becomes="one more phrase of her"), 409, "404")

    await given.deliver()
    assert (await change(person, was=NEW_SECRET, becomes="one more phrase of her")).status_code == 204


async def test_one_that_was_changed_meanwhile_is_not_changed_again(
    keeping_none: Given, make_given: MakeGiven, monkeypatch: pytest.MonkeyPatch
):
    token, hash_it = await token_of(keeping_none), change_password.hash_password_of
    beside = await make_given(beside=keeping_none)

    async def late(*arguments: Any) -> str:
        monkeypatch.setattr(change_password, "hash_password_of", hash_it)
        assert (await change(beside.api.as_(token), becomes="the phrase of the other")).status_code == 204
        return await hash_it(*arguments)

    monkeypatch.setattr(change_password, "hash_password_of", late)

    refused(await change(keeping_none.api.as_(token)), 409, "404")

    (command,) = await keeping_none.commands()
    assert command["payload"]["secret"] == "the phrase of the other"


async def test_while_the_mainframe_is_down_nobody_is_told_what_is_right(
    keeping_none: Given, make_given: MakeGiven, tmp_path: Path
):
    token = await token_of(keeping_none)
    down = await cut_off(make_given, keeping_none, tmp_path)

    for was in (SECRET, "WRONG"):
        refused(await change(down.api.as_(token), was=was), 503, "902")
