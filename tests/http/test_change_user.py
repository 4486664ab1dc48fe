"""UI-19: change what is known of a user."""

from typing import Any

import pytest

from authme.users.names import document, email, mobile
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, claims

USERS, ME = "/user-identities", "/user-identities/me"
OLD, NEW = "maria@example.com", "maria.silva@example.com"


@pytest.fixture
async def service(given: Given) -> Api:
    return await given.service("identity_update")


async def test_name_document_kind_and_business(on_both: Given):
    user = await on_both.user("maria.silva", name="Maria", document=None)
    caller = await on_both.administrator(await on_both.client())
    await on_both.business(id="5" * 24)
    body = {"name": "Maria Silva", "document": "529.982.247-25", "kind": "BUSINESSUSER", "businessId": "5" * 24}

    answer = await caller.patch(f"{USERS}/{user.id}", json=body)

    assert answer.status_code == 200
    assert answer.json() == (await caller.get(f"{USERS}/{user.id}")).json()
    shown = answer.json()
    assert (shown["name"], shown["document"], shown["businessId"]) == ("Maria Silva", "***982247**", "5" * 24)
    assert shown["roles"] == ["BUSINESSUSER", "USER"]
    assert {(one["type"], one["verified"]) for one in shown["identities"]} == {("USERNAME", True), ("CPF", True)}
    token_object(await on_both.api.as_client((await on_both.client()).id).login("52998224725", user.password))
    (row,) = await on_both.trail("user.changed")
    assert row["target"] == user.id
    assert row["detail"] == '{"fields":"name document business_id kind"}'


async def test_what_is_not_named_stays_as_it_is(given: Given, service: Api):
    user = await given.user("52998224725", name="Maria", document="52998224725")

    shown = (await service.patch(f"{USERS}/{user.id}", json={"name": "Ana"})).json()

    assert (shown["name"], shown["document"], shown["roles"]) == ("Ana", "***982247**", ["PERSON", "USER"])
    assert len(shown["identities"]) == 1


async def test_null_takes_a_name_a_document_and_a_business_away(given: Given, client: GivenClient):
    await given.business(id="5" * 24)
    user = await given.user("maria.silva", name="Maria", business_id="5" * 24)
    service = await given.service("identity_update", "identity_add")
    await service.patch(f"{USERS}/{user.id}", json={"document": "52998224725"})

    shown = (await service.patch(f"{USERS}/{user.id}", json={"name": None, "document": None, "businessId": None})).json()

    assert (shown["name"], shown["document"], shown["businessId"]) == (None, None, None)
    assert [one["type"] for one in shown["identities"]] == ["USERNAME"]
    refused(await given.api.as_client(client.id).login("52998224725", user.password), 401, "203")


async def test_a_document_that_is_the_only_name_changes_and_does_not_go(given: Given, client: GivenClient, service: Api):
    user = await given.user("52998224725", document="52998224725")

    refused(await service.patch(f"{USERS}/{user.id}", json={"document": None}), 409, "404")
    answer = await service.patch(f"{USERS}/{user.id}", json={"document": "12.ABC.345/01DE-35"})

    assert [(one["type"], one["verified"]) for one in answer.json()["identities"]] == [("CNPJ", True)]
    refused(await given.api.as_client(client.id).login("52998224725", user.password), 401, "203")
    token_object(await given.api.as_client(client.id).login("12ABC34501DE35", user.password))


async def test_a_document_that_was_a_name_before_becomes_the_document(given: Given, service: Api):
    user = await given.user("52998224725")

    answer = await service.patch(f"{USERS}/{user.id}", json={"document": "52998224725"})

    assert (answer.json()["document"], len(answer.json()["identities"])) == ("***982247**", 1)


@pytest.mark.parametrize(
    "body",
    [{"email": "TAKEN@example.com"}, {"mobile": "11 91234-5678"}, {"document": "52998224725"}],
)
async def test_what_another_has_is_409_and_nothing_is_changed(on_both: Given, body: dict[str, str]):
    await on_both.user(None, names=(email("taken@example.com"), mobile("5511912345678"), document("52998224725")))
    user, service = await on_both.user(OLD, name="Maria"), await on_both.service("identity_update", "identity_read")
    before = (await service.get(f"{USERS}/{user.id}")).json()

    refused(await service.patch(f"{USERS}/{user.id}", json=body | {"name": "Ana"}), 409, "403")

    assert (await service.get(f"{USERS}/{user.id}")).json() == before
    assert await on_both.messages() == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"email": None}, ["102"]),
        ({"mobile": None}, ["102"]),
        ({"kind": None}, ["102"]),
        ({"kind": "ADMIN"}, ["102"]),
        ({"name": ""}, ["102"]),
        ({"name": "x" * 257}, ["102"]),
        ({"businessId": "5"}, ["102"]),
        ({"email": "no address", "mobile": "x", "document": "52998224724"}, ["102", "102", "102"]),
        ({"mobile": {"number": 1}}, ["101"]),
        ({"status": "ACTIVE", "roles": ["ADMIN"]}, ["106", "106"]),
    ],
)
async def test_each_wrong_field_is_named(given: Given, service: Api, body: dict[str, Any], codes: list[str]):
    user = await given.user()

    refused(await service.patch(f"{USERS}/{user.id}", json=body), 400, *codes)


async def test_only_an_administrator_brings_somebody_to_a_business(given: Given, client: GivenClient, service: Api):
    await given.business(id="5" * 24)
    await given.business(id="6" * 24)
    user, administrator = await given.user(business_id="5" * 24), await given.administrator(client)

    refused(await service.patch(f"{USERS}/{user.id}", json={"kind": "BUSINESSUSER"}), 403, "302")
    refused(await service.patch(f"{USERS}/{user.id}", json={"businessId": "6" * 24}), 403, "302")
    assert (await service.patch(f"{USERS}/{user.id}", json={"kind": "USER", "businessId": "5" * 24})).status_code == 200
    assert (await administrator.patch(f"{USERS}/{user.id}", json={"businessId": "6" * 24})).status_code == 200
    assert (await service.patch(f"{USERS}/{user.id}", json={"businessId": None})).status_code == 200


async def test_nobody_is_changed_by_whoever_stands_below(given: Given, client: GivenClient, service: Api):
    above = await given.user(None, "IAM_ADMIN_MAINTENANCE", "ADMIN")
    me = await given.user(None, "IAM_ADMIN_MAINTENANCE")
    caller = await given.person(me, client)

    refused(await service.patch(f"{USERS}/{above.id}", json={"name": "x"}), 403, "302")
    refused(await caller.patch(f"{USERS}/{above.id}", json={"email": NEW}), 403, "302")
    refused(await caller.patch(f"{USERS}/{me.id}", json={"name": "x"}), 403, "302")


@pytest.mark.parametrize("wrong", ["0" * 24, "x"])
async def test_whoever_is_not_there_is_not_found(service: Api, wrong: str):
    refused(await service.patch(f"{USERS}/{wrong}", json={"name": "x"}), 404, "401")


async def test_a_session_under_way_holds_what_its_user_holds_now(on_both: Given):
    client, me = await on_both.client(), await on_both.user(None, "ADMIN", kind="PERSON")
    person, administrator = await on_both.person(me, client), await on_both.administrator(client)
    assert (await person.get(f"{ME}")).json()["roles"] == ["ADMIN", "PERSON", "USER"]

    await administrator.patch(f"{USERS}/{me.id}", json={"kind": "USER"})

    assert (await person.get(f"{ME}")).json()["roles"] == ["ADMIN", "USER"]
    renewed = claims(await on_both.user_token(me, client))
    assert "ROLE_PERSON" not in renewed["authorities"]
