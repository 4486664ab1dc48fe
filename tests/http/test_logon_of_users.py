"""What becomes of a user's logon on the mainframe when the user is locked, removed, renamed or given another password."""

from typing import Any

import pytest

from authme.credentials import store as credentials
from authme.kernel.database import metadata
from authme.legacy import store
from authme.legacy.model import LegacyLogon
from authme.users import store as users
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenUser, MakeGiven, at_once, claims
from support.recovery import code_for, create, reset
from support.two_engines import rows_of

USERS = "/user-identities"
CHANGE = f"{USERS}/me/change-password"
OLD, NEW = "a phrase of before", "another good phrase"
LOGON = "MARIA01"


async def linked(given: Given, **draft: Any) -> GivenUser:
    """Return a user whose logon is in the directory, with the same phrase there and here."""
    user = await given.user(password=OLD, **draft)
    await given.legacy_logon(LOGON, OLD)
    await given.linked(user, LOGON)
    return user


async def logon_of(given: Given, user: GivenUser) -> LegacyLogon | None:
    return await given.run(lambda ctx: store.find_of_user(ctx.tx, user.id))


async def is_revoked_there(given: Given) -> bool:
    there = await given.there(LOGON)
    assert there is not None
    return there.is_revoked


async def topics(given: Given) -> list[str]:
    return [one["topic"] for one in await given.commands()]


async def change(person: Api, *, was: str = OLD, becomes: str = NEW) -> Any:
    return await person.post(CHANGE, json={"currentPassword": was, "newPassword": becomes})


async def changed_at(given: Given, user: GivenUser) -> int:
    url = given.env["AUTHME_DATABASE_URL"]
    ((found,),) = await rows_of(url, f"SELECT changed_at FROM credential WHERE user_id = '{user.id}'")  # noqa: S608  # an id of ours
    return int(str(found))


async def test_a_lock_revokes_and_its_end_resumes(on_both: Given):
    user, service = await linked(on_both), await on_both.service("account_lock", "account_unlock")

    for path in ("lock", "lock"):
        assert (await service.post(f"{USERS}/{path}", json={"userId": user.id})).status_code == 204
    await on_both.deliver()

    assert await is_revoked_there(on_both)
    assert await topics(on_both) == ["REVOKE"]
    logon = await logon_of(on_both, user)
    assert logon is not None
    assert (logon.is_revoked, logon.has_standing_pending) == (True, False)

    for path in ("unlock", "unlock"):
        assert (await service.post(f"{USERS}/{path}", json={"userId": user.id})).status_code == 204
        await on_both.deliver()

    assert not await is_revoked_there(on_both)
    assert await topics(on_both) == ["REVOKE", "RESUME"]


async def test_unlocking_helps_whoever_is_revoked_there_alone(given: Given):
    user, service = await linked(given), await given.service("account_unlock")
    await given.revoke_there(LOGON)
    logon = await logon_of(given, user)
    assert logon is not None
    await given.run(lambda ctx: store.note_seen(ctx.tx, logon, revoked=True, now=ctx.clock.now_ms()))

    assert (await service.post(f"{USERS}/unlock", json={"userId": user.id})).status_code == 204
    await given.deliver()

    assert not await is_revoked_there(given)


async def test_whoever_has_a_password_there_alone_is_active_after_a_lock(given: Given):
    user, service = await linked(given), await given.service("account_lock", "account_unlock")
    await given.run(lambda ctx: credentials.delete_password(ctx.tx, user.id))

    for path in ("lock", "unlock"):
        assert (await service.post(f"{USERS}/{path}", json={"userId": user.id})).status_code == 204

    assert (await given.run(lambda ctx: users.get(ctx.tx, user.id))).status == "ACTIVE"


async def test_locking_whoever_has_no_logon_orders_nothing(given: Given):
    user, service = await given.user(), await given.service("account_lock", "account_unlock", "identity_remove")

    await service.post(f"{USERS}/lock", json={"userId": user.id})
    await service.post(f"{USERS}/unlock", json={"userId": user.id})
    await service.delete(f"{USERS}/{user.id}")

    assert await given.commands() == []


async def test_of_a_removed_user_the_logon_is_revoked_and_nothing_is_kept(on_both: Given):
    client, user = await on_both.client(), await linked(on_both)
    service = await on_both.service("identity_remove")
    assert (await change(await on_both.person(user, client))).status_code == 204

    assert (await service.delete(f"{USERS}/{user.id}")).status_code == 204

    assert await logon_of(on_both, user) is None
    assert await topics(on_both) == ["REVOKE"]
    removed = await on_both.run(lambda ctx: users.find(ctx.tx, user.id))
    assert removed is not None
    assert removed.logon is None
    assert not await on_both.run(lambda ctx: users.list_identities(ctx.tx, user.id))
    await on_both.deliver()
    assert await is_revoked_there(on_both)


async def test_a_changed_password_is_the_mainframes_too(on_both: Given):
    client, user = await on_both.client(), await linked(on_both)
    person = await on_both.person(user, client)

    assert (await change(person)).status_code == 204

    (command,) = await on_both.commands()
    logon = await logon_of(on_both, user)
    assert (command["topic"], command["payload"]["changedAt"]) == ("PASSWORD", await changed_at(on_both, user))
    assert logon is not None
    assert logon.has_password_pending
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, NEW)
    logon = await logon_of(on_both, user)
    assert logon is not None
    assert (logon.has_password_pending, logon.synced_at) == (False, await changed_at(on_both, user))
    token_object(await on_both.api.as_client(client.id).login(user.name, NEW))


@pytest.mark.parametrize("untaken", ["only twelve", "ein übliches Passwort", "x" * 101])
async def test_what_the_mainframe_does_not_take_is_no_password_of_a_user_with_a_logon(given: Given, untaken: str):
    client, user, other = await given.client(), await linked(given), await given.user(password=OLD)
    visitor = given.api.as_client(client.id)

    refused(await change(await given.person(user, client), becomes=untaken), 400, "501")
    refused(await reset(visitor, user.name, await code_for(given, visitor, user.name), untaken), 400, "501")

    token_object(await visitor.login(user.name, OLD))
    assert await given.commands() == []
    assert (await change(await given.person(other, client), becomes=untaken[:100] + " and more")).status_code == 204
    assert await given.commands() == []


async def test_a_reset_password_is_the_mainframes_too(on_both: Given):
    client, user = await on_both.client(), await linked(on_both)
    visitor = on_both.api.as_client(client.id)

    token_object(await reset(visitor, user.name, await code_for(on_both, visitor, user.name), NEW))

    (command,) = await on_both.commands()
    assert command["payload"]["changedAt"] == await changed_at(on_both, user)
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, NEW)


async def test_a_first_password_is_the_mainframes_too_once_it_has_the_logon(on_both: Given):
    client, service = await on_both.client(), await on_both.service("logon_provision")
    visitor = on_both.api.as_client(client.id)
    answer = await visitor.post(USERS, json={"username": "maria@example.com"})
    user = GivenUser(answer.json()["userId"], "maria@example.com", NEW)
    assert (await service.post(f"{USERS}/{user.id}/mainframe-logon", json={"logon": LOGON})).status_code == 201
    code = await code_for(on_both, visitor, user.name)
    refused(await create(visitor, user.name, code, "only twelve"), 400, "501")

    assert (await create(visitor, user.name, code, NEW)).status_code == 201

    assert await topics(on_both) == ["PROVISION", "PASSWORD"]
    await on_both.deliver()
    assert await on_both.secret_there_is(LOGON, NEW)


async def test_of_two_passwords_the_later_one_stands_there(on_both: Given, make_given: MakeGiven):
    client, user = await on_both.client(), await linked(on_both)
    beside = await make_given(beside=on_both)
    token = await on_both.user_token(user, client)
    assert (await change(on_both.api.as_(token), becomes="first good phrase")).status_code == 204

    answers = await at_once(
        *(
            change(one.api.as_(token), was="first good phrase", becomes=becomes)
            for one, becomes in ((on_both, "second good phrase"), (beside, "third good phrase!"))
        )
    )
    for _ in range(3):
        await on_both.deliver()

    assert min(answer.status_code for answer in answers) == 204
    (stands,) = [one for one in ("second good phrase", "third good phrase!") if await on_both.secret_there_is(LOGON, one)]
    token_object(await on_both.api.as_client(client.id).login(user.name, stands))


async def test_a_password_on_its_way_is_nowhere_to_be_read(given: Given):
    client, user = await given.client(), await linked(given)

    await change(await given.person(user, client))

    url = given.env["AUTHME_DATABASE_URL"]
    for table in metadata.tables:
        for row in await rows_of(url, f"SELECT * FROM {table}"):  # noqa: S608  # our tables
            assert NEW not in str(row), table
    assert await topics(given) == ["PASSWORD"]


async def test_removing_the_name_unlinks_the_logon(on_both: Given):
    client, user = await on_both.client(), await linked(on_both)
    service = await on_both.service("identity_remove")
    await change(await on_both.person(user, client))
    names = await on_both.run(lambda ctx: users.list_identities(ctx.tx, user.id))
    its_id = next(one.id for one in names if one.type == "LOGON")

    assert (await service.delete(f"{USERS}/{user.id}/identities/{its_id}")).status_code == 204

    assert await logon_of(on_both, user) is None
    assert await on_both.commands() == []
    assert [row["target"] for row in await on_both.trail("logon.unlinked")] == [user.id]
    said = claims(str(token_object(await on_both.api.as_client(client.id).login(user.name, NEW))["accessToken"]))
    assert "logon" not in said
    other = await on_both.user()
    await on_both.linked(other, LOGON)
    assert (await logon_of(on_both, other)) is not None


async def test_of_a_locked_user_it_is_not_removed(on_both: Given):
    user, service = await linked(on_both), await on_both.service("account_lock", "identity_remove")
    names = await on_both.run(lambda ctx: users.list_identities(ctx.tx, user.id))
    its_id = next(one.id for one in names if one.type == "LOGON")
    assert (await service.post(f"{USERS}/lock", json={"userId": user.id})).status_code == 204

    refused(await service.delete(f"{USERS}/{user.id}/identities/{its_id}"), 409, "404")

    await on_both.deliver()
    assert await is_revoked_there(on_both)
    assert await logon_of(on_both, user) is not None


async def test_a_logon_that_is_added_as_a_name_is_a_name_and_nothing_more(given: Given):
    client, user = await given.client(), await linked(given)
    service = await given.service("identity_add", "identity_remove")
    added = {"identities": [{"type": "LOGON", "value": "OTHER01"}]}

    answer = await service.patch(f"{USERS}/{user.id}/identities", json=added)

    logon = await logon_of(given, user)
    assert logon is not None
    assert logon.logon == LOGON
    visitor = given.api.as_client(client.id)
    assert claims(str(token_object(await visitor.login("OTHER01", OLD))["accessToken"]))["logon"] == LOGON
    its_id = next(one["identityId"] for one in answer.json()["identities"] if one["value"] == "OTHER01")
    assert (await service.delete(f"{USERS}/{user.id}/identities/{its_id}")).status_code == 204
    assert await logon_of(given, user) == logon
    assert await given.trail("logon.unlinked") == []


async def test_tokens_say_whose_logon_it_is_and_only_once_somebody_proved_to_be_it(given: Given):
    client, user = await given.client(), await linked(given)
    visitor = given.api.as_client(client.id)
    tokens = await given.tokens(user, client)
    person = given.api.as_(tokens["accessToken"])
    param = (await person.post(f"{USERS}/me/generate-param", json={})).json()["param"]

    moved = token_object(await visitor.post(f"{USERS}/auth-legacy-by-param", headers={"param": param}, json={}))
    renewed = token_object(await visitor.post(f"{USERS}/renew-token", json={"refreshToken": tokens["refreshToken"]}))

    for found in (tokens, moved, renewed):
        assert claims(str(found["accessToken"]))["logon"] == LOGON
    for name in (user.name, LOGON, "nobody@example.com"):
        answer = await visitor.post(f"{USERS}/identification", json={"username": name})
        assert "logon" not in claims(answer.json()["accessToken"])
    theirs = await given.client(user_id=user.id)
    assert "logon" not in claims(await given.client_token(theirs))
