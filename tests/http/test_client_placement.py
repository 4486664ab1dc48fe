"""CI-01: what a new client names is there, fits together, and is the caller's to give."""

from typing import Any

import pytest

from authme.kernel.context import MFA
from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, at_once

CLIENTS = "/client-identities"


@pytest.fixture
async def here(given: Given) -> str:
    return await given.organization()


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client, level=MFA)


@pytest.fixture
async def administrator(given: Given, client: GivenClient, here: str) -> Api:
    return await administrator_of(given, client, here)


async def administrator_of(given: Given, client: GivenClient, organization: str, *roles: str) -> Api:
    user = await given.user(None, "ADMIN", *roles, organization_id=organization)
    return given.api.as_(await given.mfa_token(user, client))


async def one_of_each(given: Given, organization: str) -> dict[str, str]:
    user = await given.user(organization_id=organization)
    return {
        "organizationId": organization,
        "businessUnitId": await given.business_unit(organization),
        "businessId": await given.business(organization),
        "serviceAccountId": await given.service_account(organization),
        "appId": await given.registered_application(organization),
        "userId": user.id,
    }


async def test_a_client_is_made_of_all_that_it_can_name(on_both: Given):
    organization = await on_both.organization()
    named = await one_of_each(on_both, organization)
    administrator = await administrator_of(on_both, await on_both.client("READ", "WRITE"), organization)

    answer = await administrator.post(CLIENTS, json=named)

    assert answer.status_code == 201, answer.text
    assert answer.json() | named == answer.json()


async def test_what_stands_in_another_organisation_is_as_unknown_as_what_does_not_exist(given: Given, administrator: Api):
    elsewhere = await one_of_each(given, await given.organization())

    for field, value in elsewhere.items():
        foreign = await administrator.post(CLIENTS, json={"appId": "x", field: value})
        missing = await administrator.post(CLIENTS, json={"appId": "x", field: "0" * 24})
        refused(foreign, 400, "107")
        assert foreign.text == missing.text
    answer = await administrator.post(CLIENTS, json=elsewhere)
    refused(answer, 400, *["107"] * len(elsewhere))
    assert all(f"`{field}`" in answer.text for field in elsewhere)


async def test_what_is_of_another_organisation_than_the_client_does_not_fit(given: Given, maintenance: Api, here: str):
    elsewhere = await one_of_each(given, await given.organization())

    for field in ("businessUnitId", "businessId", "serviceAccountId", "appId"):
        body = {"appId": "x", field: elsewhere[field], "organizationId": here}
        answer = await maintenance.post(CLIENTS, json=body)
        refused(answer, 400, "102")
        assert f"`{field}`" in answer.text


async def test_without_an_organisation_it_takes_that_of_what_it_names(given: Given, maintenance: Api, here: str):
    named = await one_of_each(given, here)

    for field in ("businessUnitId", "businessId", "serviceAccountId", "appId"):
        answer = await maintenance.post(CLIENTS, json={"appId": "x", field: named[field]})
        assert answer.json()["organizationId"] == here, field


async def test_a_registered_application_brings_its_unit(given: Given, administrator: Api, here: str):
    unit, other = await given.business_unit(here), await given.business_unit(here)
    application = await given.registered_application(here, business_unit_id=unit)

    made = (await administrator.post(CLIENTS, json={"appId": application})).json()

    assert (made["organizationId"], made["businessUnitId"], made["appId"]) == (here, unit, application)
    same = await administrator.post(CLIENTS, json={"appId": application, "businessUnitId": unit, "organizationId": here})
    assert same.status_code == 201
    refused(await administrator.post(CLIENTS, json={"appId": application, "businessUnitId": other}), 400, "102")


async def test_an_application_without_a_unit_leaves_the_choice(given: Given, administrator: Api, here: str):
    application, unit = await given.registered_application(here), await given.business_unit(here)

    made = (await administrator.post(CLIENTS, json={"appId": application, "businessUnitId": unit})).json()

    assert made["businessUnitId"] == unit


@pytest.mark.parametrize("name", ["billing", "A" * 24, "0" * 23, "0" * 25, "f00d"])
async def test_what_has_not_the_form_of_an_id_is_what_the_application_is_called(administrator: Api, name: str):
    assert (await administrator.post(CLIENTS, json={"appId": name})).json()["appId"] == name


async def test_a_removed_user_owns_no_new_client(given: Given, administrator: Api, here: str):
    user = await given.user(organization_id=here)
    remover = await given.service("identity_remove")
    assert (await remover.delete(f"/user-identities/{user.id}")).status_code == 204

    refused(await administrator.post(CLIENTS, json={"appId": "x", "userId": user.id}), 400, "107")


class TestRolesOfAServiceAccount:
    """Whoever has the client's secret has the roles of its service account, so giving it is handing them on."""

    async def service_with(self, given: Given, here: str, role: str, **group: Any) -> str:
        service = await given.service_account(here)
        base = await given.group(role, organization_id=here, **group)
        await given.member(await given.group(organization_id=here, depends_on=(base,)), "SERVICE", service)
        return service

    async def test_a_role_that_the_caller_does_not_hold_is_not_handed_on(self, given: Given, administrator: Api, here: str):
        role = await given.role("PAYER")
        service = await self.service_with(given, here, role)
        before = len(await given.trail("client.created"))

        answer = await administrator.post(CLIENTS, json={"appId": "x", "serviceAccountId": service})

        refused(answer, 403, "302")
        assert "PAYER" in answer.text
        assert len(await given.trail("client.created")) == before

    async def test_whoever_holds_the_role_hands_it_on(self, given: Given, client: GivenClient, here: str):
        role = await given.role("PAYER")
        service = await self.service_with(given, here, role)
        holder = await administrator_of(given, client, here, "PAYER")

        answer = await holder.post(CLIENTS, json={"appId": "x", "serviceAccountId": service})

        assert answer.status_code == 201

    async def test_an_administrator_hands_on_what_its_organisation_registered(
        self, given: Given, administrator: Api, here: str
    ):
        service = await self.service_with(given, here, await given.role("CLERK", organization_id=here))

        answer = await administrator.post(CLIENTS, json={"appId": "x", "serviceAccountId": service})

        made = answer.json()
        token = (await given.api.login_client(made["clientId"], made["clientSecret"])).json()["accessToken"]
        assert (await given.caller(token)).has("CLERK")

    async def test_maintenance_hands_on_every_registered_role(self, given: Given, maintenance: Api, here: str):
        service = await self.service_with(given, here, await given.role("PAYER"))

        assert (await maintenance.post(CLIENTS, json={"appId": "x", "serviceAccountId": service})).status_code == 201


async def test_a_business_that_is_removed_at_the_same_time_has_no_client(on_both: Given):
    organization = await on_both.organization()
    administrator = await administrator_of(on_both, await on_both.client("READ", "WRITE"), organization)

    for _ in range(10):
        business = await on_both.business(organization)
        made, removed = await at_once(
            administrator.post(CLIENTS, json={"appId": "x", "businessId": business}),
            administrator.delete(f"/businesses/{business}"),
        )
        assert (made.status_code, removed.status_code) in {(201, 409), (400, 204)}
