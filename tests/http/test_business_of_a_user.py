"""The business that UI-01 and UI-19 name for a user."""

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient
from support.two_engines import rows_of

USERS = "/user-identities"
NOBODY = "0" * 24


@pytest.fixture
async def firm(given: Given) -> str:
    return await given.business()


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def members(caller: Api, business_id: str) -> list[str]:
    answer = await caller.get(f"/businesses/{business_id}/users")
    assert answer.status_code == 200, answer.text
    return [one["userId"] for one in answer.json()["items"]]


async def test_an_admin_makes_users_of_the_organisations_businesses(on_both: Given):
    client, here = await on_both.client(), await on_both.organization("Here")
    caller = await on_both.person(await on_both.user(None, "ADMIN", organization_id=here), client)
    firm = await on_both.business(here)

    made = await caller.post(USERS, json={"username": "new@example.com", "businessId": firm})

    assert made.status_code == 201, made.text
    assert made.json()["businessId"] == firm
    assert await members(caller, firm) == [made.json()["userId"]]


async def test_a_business_elsewhere_and_one_that_is_not_there_are_the_same(given: Given, client: GivenClient):
    here, there = await given.organization("Here"), await given.organization("There")
    caller = await given.person(await given.user(None, "ADMIN", organization_id=here), client)
    foreign, of_nobody = await given.business(there), await given.business()

    answers = [
        await caller.post(USERS, json={"username": "new@example.com", "businessId": one})
        for one in (foreign, of_nobody, NOBODY)
    ]

    for answer in answers:
        refused(answer, 400, "107")
    assert len({answer.text for answer in answers}) == 1
    names = "SELECT count(*) FROM identity WHERE value = 'new@example.com'"
    assert await rows_of(given.env["AUTHME_DATABASE_URL"], names) == [(0,)]


async def test_an_admin_of_no_organisation_gives_none(given: Given, client: GivenClient, firm: str):
    caller = await given.person(await given.user(None, "ADMIN"), client)

    refused(await caller.post(USERS, json={"username": "new@example.com", "businessId": firm}), 400, "107")


async def test_an_attribute_is_changed_by_maintenance_only(given: Given, client: GivenClient):
    here = await given.organization("Here")
    caller = await given.person(await given.user(None, "ADMIN", organization_id=here), client)
    user = await given.user(organization_id=here)

    for business in (await given.business(here), await given.business(await given.organization("There"))):
        refused(await caller.patch(f"{USERS}/{user.id}", json={"businessId": business}), 403, "301")


async def test_what_maintenance_names_has_to_be_there(given: Given, maintenance: Api):
    user = await given.user()

    refused(await maintenance.post(USERS, json={"username": "new@example.com", "businessId": NOBODY}), 400, "107")
    refused(await maintenance.patch(f"{USERS}/{user.id}", json={"businessId": NOBODY}), 400, "107")


async def test_a_user_who_is_made_for_a_business_stands_in_its_organisation(given: Given, maintenance: Api):
    here = await given.organization("Here")
    body = {"username": "new@example.com", "businessId": await given.business(here)}

    assert (await maintenance.post(USERS, json=body)).status_code == 201

    url = given.env["AUTHME_DATABASE_URL"]
    query = "SELECT organization_id FROM user_account WHERE business_id IS NOT NULL"
    assert await rows_of(url, query) == [(here,)]
