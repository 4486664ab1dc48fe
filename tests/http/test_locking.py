"""UI-21 and UI-22: lock and unlock a user's credential."""

import asyncio
import time

import pytest
from sqlalchemy import bindparam, update

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.sessions import USER_TOPIC
from authme.users.tables import user_account
from support.answers import refused, token_object
from support.given import Given, MakeGiven, at_once

LOCK, UNLOCK = "/user-identities/lock", "/user-identities/unlock"


async def test_a_locked_person_is_refused_at_once_everywhere(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    service = await on_both.service("account_lock", "account_unlock")
    tokens = await on_both.tokens(user, client)
    person, caller = on_both.api.as_(tokens["accessToken"]), on_both.api.as_client(client.id)
    change = {"currentPassword": user.password, "newPassword": "another good password"}

    answer = await service.post(LOCK, json={"userId": user.id})

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await person.post("/user-identities/me/change-password", json=change), 401, "204")
    refused(await caller.post("/user-identities/renew-token", json={"refreshToken": tokens["refreshToken"]}), 401, "204")
    refused(await caller.login(user.name, user.password), 401, "205")

    answer = await service.post(UNLOCK, json={"userId": user.id})

    assert (answer.status_code, answer.content) == (204, b"")
    token_object(await caller.login(user.name, user.password))
    refused(await person.post("/user-identities/me/change-password", json=change), 401, "204")
    refused(await caller.post("/user-identities/renew-token", json={"refreshToken": tokens["refreshToken"]}), 401, "204")


async def test_locking_and_unlocking_twice_succeeds_and_is_recorded_once(on_both: Given):
    user = await on_both.user()
    service = await on_both.service("account_lock", "account_unlock")

    for path in (LOCK, LOCK, UNLOCK, UNLOCK):
        assert (await service.post(path, json={"userId": user.id})).status_code == 204

    assert [row["target"] for row in await on_both.trail("user.locked")] == [user.id]
    assert [row["detail"] for row in await on_both.trail("user.unlocked")] == ['{"was_locked":true}', '{"was_locked":false}']


async def test_unlocking_clears_the_failures_of_every_name(given: Given):
    client, user = await given.client(), await given.user()
    service, caller = await given.service("account_unlock"), given.api.as_client(client.id)
    for _ in range(5):
        await caller.login(user.name, "wrong password")
    refused(await caller.login(user.name, user.password), 429, "601")

    await service.post(UNLOCK, json={"userId": user.id})

    token_object(await caller.login(user.name, user.password))


async def test_an_unknown_user_is_107(given: Given):
    service = await given.service("account_lock", "account_unlock")

    for path in (LOCK, UNLOCK):
        refused(await service.post(path, json={"userId": "0" * 24}), 400, "107")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"userId": None}, ["102"]),
        ({"userId": 7}, ["102"]),
        ({"userId": "x"}, ["102"]),
        ({"userId": "A" * 24}, ["102"]),
        ({"userId": "0" * 24, "reason": "x"}, ["106"]),
        ({"user": "x"}, ["101", "106"]),
        ([], ["102"]),
        ("x", ["102"]),
    ],
)
async def test_each_wrong_field_is_named(given: Given, body: object, codes: list[str]):
    service = await given.service("account_lock")

    refused(await service.post(LOCK, json=body), 400, *codes)


async def test_a_service_does_not_lock_administrators(given: Given):
    service = await given.service("account_lock", "account_unlock")
    for office in ("ADMIN", "IAM_ADMIN_MAINTENANCE"):
        target = await given.user(None, office)
        for path in (LOCK, UNLOCK):
            refused(await service.post(path, json={"userId": target.id}), 403, "302")


async def test_an_administrator_locks_neither_itself_nor_anybody_above(given: Given):
    client = await given.client()
    me, above = await given.user(None, "IAM_ADMIN_MAINTENANCE"), await given.user(None, "IAM_ADMIN_MAINTENANCE", "ADMIN")
    below = await given.user()
    caller = await given.person(me, client)

    refused(await caller.post(LOCK, json={"userId": me.id}), 403, "302")
    refused(await caller.post(LOCK, json={"userId": above.id}), 403, "302")
    assert (await caller.post(LOCK, json={"userId": below.id})).status_code == 204


async def test_an_office_that_was_taken_away_is_gone_at_once(given: Given):
    client, me, other = await given.client(), await given.user(None, "IAM_ADMIN_MAINTENANCE"), await given.user()
    caller = await given.person(me, client)
    assert (await caller.post(LOCK, json={"userId": other.id})).status_code == 204
    take = Statement(update(user_account).where(user_account.c.id == bindparam("me")).values(authorities="[]"))

    async def take_away(ctx: Context) -> None:
        ctx.tx.announce(USER_TOPIC, me.id)
        await ctx.tx.run(take, me=me.id)

    await given.run(take_away)

    refused(await caller.post(UNLOCK, json={"userId": other.id}), 403, "301")


async def test_racing_locks_lock_once(on_both: Given):
    user, service = await on_both.user(), await on_both.service("account_lock")

    answers = await at_once(*(service.post(LOCK, json={"userId": user.id}) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {204}
    assert len(await on_both.trail("user.locked")) == 1


async def test_no_session_outlives_a_lock_that_races_with_logins(on_both: Given):
    client, user, service = await on_both.client(), await on_both.user(), await on_both.service("account_lock")
    caller = on_both.api.as_client(client.id)

    answers = await at_once(
        *(caller.login(user.name, user.password) for _ in range(10)),
        service.post(LOCK, json={"userId": user.id}),
        *(caller.login(user.name, user.password) for _ in range(10)),
    )

    tokens = [answer.json() for answer in answers if answer.status_code == 200]
    # Ended, not only refused for as long as the user is locked.
    await (await on_both.service("account_unlock")).post(UNLOCK, json={"userId": user.id})
    for token in tokens:
        renewal = await caller.post("/user-identities/renew-token", json={"refreshToken": token["refreshToken"]})
        refused(renewal, 401, "204")
        refused(await on_both.api.as_(token["accessToken"]).post("/user-identities/me/logout"), 401, "204")


async def test_another_worker_process_refuses_within_a_second(on_both: Given, make_given: MakeGiven):
    client, user = await on_both.client(), await on_both.user()
    other = await make_given(beside=on_both)
    token = await other.user_token(user, client)
    wrong = {"currentPassword": "x", "newPassword": "another good password"}
    refused(await other.api.as_(token).post("/user-identities/me/change-password", json=wrong), 401, "203")

    service = await on_both.service("account_lock")
    await service.post(LOCK, json={"userId": user.id})
    started = time.monotonic()
    while (answer := await other.api.as_(token).post("/user-identities/me/change-password", json=wrong)).json()[0][
        "code"
    ] != "204":
        assert time.monotonic() - started < 1, answer.text
        await asyncio.sleep(0.02)
