"""Organisations: under which id they are registered, and what keeps them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, at_once
from support.given_access import cnpj
from support.two_engines import plain_sql

ALL = "/organizations"
NOBODY, CHOSEN = "0" * 24, "5" * 24


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def admin(given: Given, organization_id: str) -> Api:
    """Return a caller that is ADMIN of an organisation, and nothing more."""
    return await given.person(await given.user(None, "ADMIN", organization_id=organization_id), await given.client())


async def test_one_is_made_shown_listed_renamed_and_removed(on_both: Given):
    caller = await on_both.administrator(await on_both.client())

    answer = await caller.post(ALL, json={"name": "Bureau"})

    assert answer.status_code == 201
    made = answer.json()
    assert made == {
        "organizationId": made["organizationId"],
        "name": "Bureau",
        "createdAt": "2025-11-24T16:00:00Z",
        "updatedAt": "2025-11-24T16:00:00Z",
    }
    path = f"{ALL}/{made['organizationId']}"
    assert (await caller.get(path)).json() == made
    assert (await caller.get(ALL)).json() == {"items": [made], "nextCursor": None}
    on_both.later(seconds=60)
    renamed = await caller.put(path, json={"name": "Bureau of today"})
    assert renamed.status_code == 200
    assert renamed.json() == made | {"name": "Bureau of today", "updatedAt": "2025-11-24T16:01:00Z"}
    assert (await caller.delete(path)).status_code == 204
    for gone in (await caller.get(path), await caller.put(path, json={"name": "x"}), await caller.delete(path)):
        refused(gone, 404, "401")
    trail = [row["action"] for row in await on_both.trail() if row["target"] == made["organizationId"]]
    assert trail == ["organization.created", "organization.changed", "organization.removed"]


class TestRegisteredLater:
    """Users and clients of earlier versions stand in organisations that nobody registered."""

    async def test_one_that_is_carried_already_is_registered_under_its_id(self, on_both: Given):
        caller, own = await on_both.administrator(await on_both.client()), await admin(on_both, CHOSEN)
        refused(await own.get(f"{ALL}/{CHOSEN}"), 404, "401")

        answer = await caller.post(ALL, json={"name": "Bureau", "organizationId": CHOSEN})

        assert (answer.status_code, answer.json()["organizationId"]) == (201, CHOSEN)
        assert (await own.get(ALL)).json()["items"] == [answer.json()]
        refused(await caller.post(ALL, json={"name": "Another", "organizationId": CHOSEN}), 409, "403")
        assert (await own.get(f"{ALL}/{CHOSEN}")).json()["name"] == "Bureau"
        refused(await own.post(ALL, json={"name": "Mine", "organizationId": NOBODY}), 403, "302")

    @pytest.mark.parametrize("path", ["/business-units", "/applications"])
    async def test_until_then_nothing_is_made_in_it_that_needs_it(self, on_both: Given, path: str):
        own = await admin(on_both, CHOSEN)

        refused(await own.post(path, json={"name": "x"}), 400, "107")

        caller = await on_both.administrator(await on_both.client())
        assert (await caller.post(ALL, json={"name": "Bureau", "organizationId": CHOSEN})).status_code == 201
        assert (await own.post(path, json={"name": "x"})).status_code == 201

    async def test_of_ten_that_register_it_at_once_one_does(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())

        answers = await at_once(*(caller.post(ALL, json={"name": "x", "organizationId": CHOSEN}) for _ in range(10)))

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        assert len(await on_both.trail("organization.created")) == 1


@pytest.mark.parametrize("path", ["/business-units", "/applications"])
async def test_whoever_belongs_to_no_organisation_has_to_name_one(maintenance: Api, path: str):
    answer = await maintenance.post(path, json={"name": "x"})

    refused(answer, 400, "101")
    assert answer.json()[0]["message"] == "`organizationId` is required."


Make = Callable[[Given, str], Awaitable[object]]
HANGING: dict[str, Make] = {
    "business units": lambda given, here: given.business_unit(here),
    "applications": lambda given, here: given.registered_application(here),
    "service accounts": lambda given, here: given.service_account(here),
    "businesses": lambda given, here: given.business(here),
    "corporate groups": lambda given, here: given.corporate_group(here),
    "groups": lambda given, here: given.group(organization_id=here),
    "roles": lambda given, here: given.role(organization_id=here),
    "clients": lambda given, here: given.client(organization_id=here),
    "users": lambda given, here: given.user(organization_id=here),
    "customers": lambda given, here: plain_sql(
        given.env["AUTHME_DATABASE_URL"],
        "INSERT INTO customer (id, kind, document, name, organization_id, created_at) VALUES",
        f"(1, 'BUSINESS', '{cnpj()}', 'x', '{here}', 0)",
    ),
}


class TestRemoval:
    @pytest.mark.parametrize("noun", HANGING)
    async def test_what_hangs_on_it_keeps_it_and_is_named(self, on_both: Given, noun: str):
        caller = await on_both.administrator(await on_both.client())
        here = await on_both.organization("Here")
        await HANGING[noun](on_both, here)

        answer = await caller.delete(f"{ALL}/{here}")

        refused(answer, 409, "404")
        assert f"There are {noun} of" in answer.text
        assert (await caller.get(f"{ALL}/{here}")).status_code == 200

    async def test_what_hangs_on_another_keeps_nothing(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())
        here, there = await on_both.organization("Here"), await on_both.organization("There")
        for make in HANGING.values():
            await make(on_both, there)

        assert (await caller.delete(f"{ALL}/{here}")).status_code == 204

    async def test_removed_users_and_clients_keep_nothing(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client(), level="AUTH-MFA")
        here = await on_both.organization("Here")
        client, user = await on_both.client(organization_id=here), await on_both.user(organization_id=here)
        assert (await caller.delete(f"/client-identities/{client.id}")).status_code == 204
        assert (await caller.delete(f"/user-identities/{user.id}")).status_code == 204

        assert (await caller.delete(f"{ALL}/{here}")).status_code == 204

    async def test_of_two_that_remove_it_at_once_one_does(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())
        for _ in range(5):
            path = f"{ALL}/{await on_both.organization()}"

            answers = await at_once(caller.delete(path), caller.delete(path), caller.put(path, json={"name": "x"}))

            assert sorted(answer.status_code for answer in answers[:2]) == [204, 404]
            assert answers[2].status_code in {200, 404}

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/businesses", {"name": "x"}),
            ("/roles", {}),
            ("/client-identities", {"appId": "billing"}),
        ],
    )
    async def test_nothing_comes_into_one_that_is_being_removed(self, on_both: Given, path: str, body: dict[str, Any]):
        caller = await on_both.administrator(await on_both.client(), level="AUTH-MFA")
        for number in range(5):
            here = await on_both.organization()
            own = {"/businesses": {"document": cnpj()}, "/roles": {"name": f"ROLE{number}"}}.get(path, {})

            removed, made = await at_once(
                caller.delete(f"{ALL}/{here}"), caller.post(path, json=body | own | {"organizationId": here})
            )

            assert (removed.status_code, made.status_code) in {(204, 400), (409, 201)}, (removed.text, made.text)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"name": ""}, ["102"]),
        ({"name": "x" * 257}, ["102"]),
        ({"name": 1}, ["102"]),
        ({"name": "x", "organizationId": "x"}, ["102"]),
        ({"name": "x", "createdAt": 0}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(maintenance: Api, body: dict[str, Any], codes: list[str]):
    refused(await maintenance.post(ALL, json=body), 400, *codes)
    assert (await maintenance.get(ALL)).json()["items"] == []


async def test_an_organisation_stays_who_it_is(given: Given, maintenance: Api):
    here = await given.organization("Here")

    refused(await maintenance.put(f"{ALL}/{here}", json={"name": "x", "organizationId": CHOSEN}), 400, "106")
