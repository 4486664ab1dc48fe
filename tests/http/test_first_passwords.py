"""Whoever gets a logon on the mainframe gets their password there at the next login."""

from pathlib import Path
from typing import Any

import pytest

from authme.legacy import store
from authme.legacy.model import LegacyLogon
from authme.sign_in.first_password import FirstPassword
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenUser, MakeGiven, at_once
from support.given_legacy import unreachable_directory
from support.legacy_logons import LOGON, log_in_there
from support.two_engines import plain_sql

PHRASE = "a phrase of maria"
CHANGE = "/user-identities/me/change-password"


async def with_new_logon(given: Given, *, password: str = PHRASE, is_made: bool = True) -> GivenUser:
    """Return a user for whom a logon was ordered, and made."""
    user = await given.user("maria@example.com", password=password)
    service = await given.service("logon_provision")
    answer = await service.post(f"/user-identities/{user.id}/mainframe-logon", json={"logon": LOGON})
    assert answer.status_code == 201, answer.text
    if is_made:
        await given.deliver()
    return user


async def log_in(visitor: Api, user: GivenUser, door: str) -> Any:
    return await (log_in_there(visitor, user.password) if door == "UI-06" else visitor.login(user.name, user.password))


async def passwords(given: Given) -> list[dict[str, Any]]:
    return [one for one in await given.commands() if one["topic"] == "PASSWORD"]


async def logon_of(given: Given, user: GivenUser) -> LegacyLogon:
    found = await given.run(lambda ctx: store.find_of_user(ctx.tx, user.id))
    assert found is not None
    return found


@pytest.mark.parametrize("door", ["UI-05", "UI-06"])
async def test_the_password_of_the_next_login_is_the_mainframes_too(on_both: Given, door: str):
    user = await with_new_logon(on_both)
    visitor = on_both.api.as_client((await on_both.client()).id)

    for _ in range(2):
        token_object(await log_in(visitor, user, door))

    assert len(await passwords(on_both)) == 1
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, PHRASE)
    for name in ("UI-05", "UI-06"):
        token_object(await log_in(visitor, user, name))
    assert len(await passwords(on_both)) == 1
    logon = await logon_of(on_both, user)
    assert (logon.has_password_pending, logon.synced_at is None) == (False, False)


async def test_of_two_logins_at_once_one_orders_it(on_both: Given, make_given: MakeGiven, monkeypatch: pytest.MonkeyPatch):
    user, other = await with_new_logon(on_both), await make_given(beside=on_both)
    visitors = [one.api.as_client((await on_both.client()).id) for one in (on_both, other)]
    order, asked = FirstPassword.order, 0

    async def counted(first: FirstPassword, *arguments: Any) -> None:
        nonlocal asked
        asked += 1
        await order(first, *arguments)

    monkeypatch.setattr(FirstPassword, "order", counted)

    for answer in await at_once(*(visitor.login(user.name, user.password) for visitor in visitors * 2)):
        token_object(answer)

    assert asked >= 1
    assert len(await passwords(on_both)) == 1


async def test_a_login_that_read_the_logon_before_another_ordered_a_password_orders_none(
    on_both: Given, monkeypatch: pytest.MonkeyPatch
):
    user, client = await with_new_logon(on_both), await on_both.client()
    order = FirstPassword.order

    async def late(first: FirstPassword, *arguments: Any) -> None:
        await order(first, *arguments)
        await order(first, *arguments)

    monkeypatch.setattr(FirstPassword, "order", late)

    token_object(await on_both.api.as_client(client.id).login(user.name, user.password))

    assert len(await passwords(on_both)) == 1


@pytest.mark.parametrize("door", ["UI-05", "UI-06"])
async def test_a_wrong_password_orders_nothing(given: Given, door: str):
    user = await with_new_logon(given)
    visitor = given.api.as_client((await given.client()).id)

    refused(await log_in(visitor, GivenUser(user.id, user.name, "another phrase of her"), door), 401, "203")

    assert await passwords(given) == []


async def test_nothing_is_ordered_before_the_logon_is_made(given: Given):
    user = await with_new_logon(given, is_made=False)
    visitor = given.api.as_client((await given.client()).id)

    token_object(await visitor.login(user.name, user.password))
    assert await passwords(given) == []

    await given.deliver()
    token_object(await visitor.login(user.name, user.password))
    assert len(await passwords(given)) == 1


async def test_nor_what_the_mainframe_does_not_take(given: Given):
    user = await with_new_logon(given, password="only twelve!")
    visitor = given.api.as_client((await given.client()).id)

    for door in ("UI-05", "UI-06"):
        token_object(await log_in(visitor, user, door))

    assert await passwords(given) == []


async def test_nor_for_a_logon_that_was_there_before_us(given: Given):
    user = await given.user("maria@example.com", password=PHRASE)
    await given.legacy_logon(LOGON, "OLDPASS1")
    await given.linked(user, LOGON)
    visitor = given.api.as_client((await given.client()).id)

    for door in ("UI-05", "UI-06"):
        token_object(await log_in(visitor, user, door))

    assert await given.commands() == []
    assert await given.secret_there_is(LOGON, "OLDPASS1")


async def test_nor_after_the_password_was_changed_here(given: Given):
    user, client = await with_new_logon(given), await given.client()
    person = given.api.as_(await given.user_token(user, client))
    body = {"currentPassword": PHRASE, "newPassword": "another phrase of her"}
    assert (await person.post(CHANGE, json=body)).status_code == 204
    visitor = given.api.as_client(client.id)

    token_object(await visitor.login(user.name, "another phrase of her"))

    assert [one["payload"]["secret"] for one in await passwords(given)] == [PHRASE, "another phrase of her"]


async def test_a_person_who_has_to_change_it_gives_the_mainframe_none(given: Given):
    user = await with_new_logon(given)
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "UPDATE credential SET must_change = 1")
    visitor = given.api.as_client((await given.client()).id)

    refused(await visitor.login(user.name, user.password), 401, "208")

    assert await passwords(given) == []


async def test_it_is_ordered_while_the_mainframe_is_down(given: Given, make_given: MakeGiven, tmp_path: Path):
    user = await with_new_logon(given)
    same = {"master_key": given.env["AUTHME_MASTER_KEY"]}
    down = await make_given(given.env["AUTHME_DATABASE_URL"], **same, **unreachable_directory(tmp_path))

    token_object(await down.api.as_client((await given.client()).id).login(user.name, user.password))

    assert len(await passwords(given)) == 1
