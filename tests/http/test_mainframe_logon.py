"""UI-20: have a logon of the mainframe made for a user, and see what became of it."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.accounts.logon_given import on_provisioned
from authme.legacy import store
from authme.legacy.model import LegacyLogon
from authme.users import store as users
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenUser, MakeGiven, at_once, claims

SCOPE = "logon_provision"
CPF = "52998224725"


def path_of(user: GivenUser) -> str:
    return f"/user-identities/{user.id}/mainframe-logon"


async def order(caller: Api, user: GivenUser, **body: Any) -> httpx.Response:
    return await caller.post(path_of(user), json=body)


async def ordered(caller: Api, user: GivenUser, **body: Any) -> dict[str, Any]:
    answer = await order(caller, user, **body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert found.keys() == {"logon", "status", "requestId"}
    return found


async def shown(caller: Api, user: GivenUser) -> dict[str, Any]:
    answer = await caller.get(path_of(user))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def logon_of(given: Given, user: GivenUser) -> LegacyLogon | None:
    return await given.run(lambda ctx: store.find_of_user(ctx.tx, user.id))


async def test_a_logon_is_ordered_made_and_a_name_of_the_user(on_both: Given):
    draft = {"name": "Maria Silva", "document": CPF, "is_document_vouched": True}
    client, user = await on_both.client(), await on_both.user("maria@example.com", **draft)
    service = await on_both.service(SCOPE)

    found = await ordered(service, user, logon=" maria01 ", group="web")

    assert (found["logon"], found["status"]) == ("MARIA01", "PENDING")
    assert await shown(service, user) == found
    assert await on_both.there("MARIA01") is None
    await on_both.deliver()
    assert await shown(service, user) == found | {"status": "PROVISIONED"}
    there = await on_both.there("MARIA01")
    assert there is not None
    assert (there.name, there.document, there.email, there.default_group) == ("Maria Silva", CPF, "maria@example.com", "WEB")
    assert there.mark == found["requestId"]
    caller = on_both.api.as_client(client.id)
    said = claims(str(token_object(await caller.login("maria01", user.password))["accessToken"]))
    assert (said["user_id"], said["logon"]) == (user.id, "MARIA01")
    assert [(row["target"], row["result"]) for row in await on_both.trail("logon.ordered")] == [(user.id, "OK")]
    assert [row["target"] for row in await on_both.trail("logon.given")] == [user.id]
    assert "MARIA01" not in str(await on_both.trail())


async def test_asking_again_is_answered_with_what_there_is(on_both: Given):
    user, service = await on_both.user(), await on_both.service(SCOPE)
    found = await ordered(service, user, logon="MARIA01", group="WEB")

    for body in ({}, {"logon": "maria01"}, {"group": "WEB"}, {"logon": "MARIA01", "group": "WEB"}):
        assert await ordered(service, user, **body) == found
    assert (await service.post(path_of(user))).json() == found
    for other in ({"logon": "MARIA02"}, {"group": "OPS"}, {"logon": "MARIA01", "group": "OPS"}):
        refused(await order(service, user, **other), 409, "404")
    await on_both.deliver()
    assert await ordered(service, user) == found | {"status": "PROVISIONED"}
    refused(await order(service, user, logon="MARIA02"), 409, "404")
    assert [one["topic"] for one in await on_both.commands()] == ["PROVISION"]


async def test_a_logon_of_before_is_shown_without_a_command(given: Given):
    user, service = await given.user(), await given.service(SCOPE)
    await given.linked(user, "MARIA01")

    expected = {"logon": "MARIA01", "status": "PROVISIONED", "requestId": None}
    assert await shown(service, user) == expected
    assert await ordered(service, user) == expected
    assert await given.commands() == []


async def test_whoever_has_none_is_404(given: Given):
    user, service = await given.user(), await given.service(SCOPE)

    refused(await service.get(path_of(user)), 404, "401")


async def test_one_is_made_up_where_none_is_named(given: Given):
    one, other = await given.user(name="Maria Silva"), await given.user(name="Maria Silva")
    service = await given.service(SCOPE)

    found = [(await ordered(service, user))["logon"] for user in (one, other)]

    assert len({*found}) == 2
    for logon in found:
        assert len(logon) == 8
        assert logon.startswith("MAR")
    await given.deliver()
    for user, logon in zip((one, other), found, strict=True):
        assert await shown(service, user) == (await ordered(service, user)) | {"logon": logon, "status": "PROVISIONED"}


async def test_what_is_somebodys_is_not_given_out(on_both: Given):
    client, service = await on_both.client(), await on_both.service(SCOPE, "identity_add")
    caller = on_both.api.as_client(client.id)
    linked, ordering, named = await on_both.user(), await on_both.user(), await on_both.user()
    await on_both.linked(linked, "LINKED1")
    await ordered(service, ordering, logon="ORDERED1")
    added = {"identities": [{"type": "LOGON", "value": "NAMED001"}]}
    assert (await service.patch(f"/user-identities/{named.id}/identities", json=added)).status_code == 200
    body = {"username": "maria", "usernameType": "USERNAME", "password": "correct horse battery"}
    assert (await caller.post("/user-identities", json=body)).status_code == 201
    user = await on_both.user()

    for taken in ("LINKED1", "ORDERED1", "NAMED001", "named001", "MARIA"):
        refused(await order(service, user, logon=taken), 409, "403")

    assert await logon_of(on_both, user) is None
    assert (await ordered(service, named, logon="NAMED001"))["status"] == "PENDING"


@pytest.mark.parametrize("wrong", ["", "1MARIA", "MARIA.1", "MARIA0123", "maria silva", "ßen", "12345678"])
async def test_what_cannot_be_a_logon_or_a_group_is_102(given: Given, wrong: str):
    user, service = await given.user(), await given.service(SCOPE)

    refused(await order(service, user, logon=wrong), 400, "102")
    refused(await order(service, user, group=wrong), 400, "102")
    refused(await order(service, user, logon=wrong, group=wrong), 400, "102", "102")


async def test_a_logon_of_no_directory_is_102(make_given: MakeGiven, tmp_path: Path):
    file = tmp_path / "legacy.toml"
    file.write_text('[[rules]]\nlogons = "W*"\ndirectory = "embedded"\n\n[new_logons]\nprefix = "W"\n')
    given = await make_given(f"sqlite:///{tmp_path}/authme.db", legacy_file=file)
    user, service = await given.user(), await given.service(SCOPE)

    refused(await order(service, user, logon="MARIA01"), 400, "102")
    assert (await ordered(service, user))["logon"].startswith("W")


async def test_the_business_is_the_users_own(given: Given):
    business, other = await given.business(), await given.business()
    user = await given.user(kind="BUSINESSUSER", business_id=business)
    service = await given.service(SCOPE)

    refused(await order(service, user, businessId=other), 400, "107")
    refused(await order(service, await given.user(), businessId=business), 400, "107")
    found = await ordered(service, user, businessId=business)
    assert await ordered(service, user, businessId=business) == found
    refused(await order(service, user, businessId=other), 409, "404")


async def test_a_pending_user_may_get_one_and_a_locked_or_removed_one_not(given: Given):
    service = await given.service(SCOPE, "account_lock", "identity_remove")
    pending = await given.user(contacts_are_verified=False)
    locked, removed = await given.user(), await given.user()
    await service.post("/user-identities/lock", json={"userId": locked.id})
    await service.delete(f"/user-identities/{removed.id}")

    assert (await ordered(service, pending))["status"] == "PENDING"
    refused(await order(service, locked), 409, "404")
    refused(await order(service, removed), 404, "401")
    refused(await service.get(path_of(removed)), 404, "401")


async def test_outside_the_relation_there_is_nobody_and_nobody_orders_for_whom_they_may_not_manage(given: Given):
    here, there = await given.organization("Here"), await given.organization("There")
    elsewhere = given.api.as_(await given.client_token(await given.client(SCOPE, organization_id=there)))
    service, client = await given.service(SCOPE), await given.client()
    user, above = await given.user(organization_id=here), await given.user(None, "IAM_ADMIN_MAINTENANCE")
    await given.linked(user, "MARIA01")

    refused(await elsewhere.get(path_of(user)), 404, "401")
    refused(await order(elsewhere, user), 404, "401")
    refused(await order(service, above), 403, "302")
    refused(await order(await given.person(above, client), above), 403, "302")
    refused(await service.get(path_of(above)), 404, "401")


async def test_what_failed_is_begun_anew(on_both: Given):
    user, service = await on_both.user(), await on_both.service(SCOPE)
    await on_both.legacy_logon("MARIA01", "SECRET01")
    first = await ordered(service, user, logon="MARIA01")

    await on_both.deliver()

    assert await shown(service, user) == first | {"status": "FAILED"}
    again = await ordered(service, user)
    assert again["status"] == "PENDING"
    assert again["requestId"] != first["requestId"]
    assert again["logon"] != "MARIA01"
    await on_both.deliver()
    assert await shown(service, user) == again | {"status": "PROVISIONED"}
    assert [row["target"] for row in await on_both.trail("logon.given")] == [user.id]
    there = await on_both.there("MARIA01")
    assert there is not None
    assert there.mark is None


async def test_of_two_orders_at_once_there_is_one_command(on_both: Given, make_given: MakeGiven):
    beside = await make_given(beside=on_both)
    user = await on_both.user()
    token = await on_both.client_token(await on_both.client(SCOPE))
    callers = [one.api.as_(token) for one in (on_both, beside)] * 3

    answers = await at_once(*(order(caller, user) for caller in callers))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.text for answer in answers}) == 1
    assert len(await on_both.commands()) == 1
    assert len(await on_both.trail("logon.ordered")) == 1


async def test_of_two_who_want_one_logon_at_once_one_gets_it(on_both: Given, make_given: MakeGiven):
    beside = await make_given(beside=on_both)
    token = await on_both.client_token(await on_both.client(SCOPE))
    wanting = [await on_both.user() for _ in range(4)]
    callers = [one.api.as_(token) for one in (on_both, beside)] * 2

    answers = await at_once(*(order(caller, user, logon="MARIA01") for caller, user in zip(callers, wanting, strict=True)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "403")
    assert len(await on_both.commands()) == 1


async def test_the_directory_learns_nothing_that_nobody_vouches_for(given: Given):
    client, service = await given.client(), await given.service(SCOPE)
    body = {"username": "maria.silva", "document": CPF, "email": "maria@example.com", "password": "correct horse battery"}
    answer = await given.api.as_client(client.id).post("/user-identities", json=body)
    unshown = await given.user("joao@example.com", contacts_are_verified=False)
    user = GivenUser(answer.json()["userId"], "maria.silva", "")

    await ordered(service, user, logon="MARIA01")
    await ordered(service, unshown, logon="JOAO0001")

    payloads = {one["payload"]["logon"]: one["payload"] for one in await given.commands()}
    assert (payloads["MARIA01"]["document"], payloads["MARIA01"]["email"]) == (None, "maria@example.com")
    assert payloads["JOAO0001"]["email"] is None


async def test_making_it_a_name_twice_changes_nothing(on_both: Given):
    user, service = await on_both.user(), await on_both.service(SCOPE)
    await ordered(service, user, logon="MARIA01")
    await on_both.deliver()
    made = await logon_of(on_both, user)
    assert made is not None
    before = await on_both.run(lambda ctx: users.list_identities(ctx.tx, user.id))

    assert await on_both.run(lambda ctx: on_provisioned(ctx, made))

    assert await on_both.run(lambda ctx: users.list_identities(ctx.tx, user.id)) == before
    assert [(one.value, one.verified, one.main) for one in before if one.type == "LOGON"] == [("MARIA01", True, True)]


async def test_whose_name_it_became_meanwhile_keeps_it(on_both: Given):
    user, other = await on_both.user(), await on_both.user()
    service = await on_both.service(SCOPE, "identity_add")
    found = await ordered(service, user, logon="MARIA01")
    added = {"identities": [{"type": "LOGON", "value": "MARIA01"}]}
    assert (await service.patch(f"/user-identities/{other.id}/identities", json=added)).status_code == 200

    await on_both.deliver()

    assert await shown(service, user) == found | {"status": "FAILED"}
    names = await on_both.run(lambda ctx: users.list_identities(ctx.tx, user.id))
    assert "LOGON" not in {one.type for one in names}


async def test_nobody_gets_the_logon_of_whoever_is_removed_before_it_is_made(on_both: Given):
    user, service = await on_both.user(), await on_both.service(SCOPE, "identity_remove")
    await ordered(service, user, logon="MARIA01")
    pending = await logon_of(on_both, user)
    assert pending is not None
    assert (await service.delete(f"/user-identities/{user.id}")).status_code == 204

    assert not await on_both.run(lambda ctx: on_provisioned(ctx, pending))
    await on_both.deliver()

    assert await on_both.there("MARIA01") is None
    assert await on_both.trail("logon.given") == []
