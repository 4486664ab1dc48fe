"""Organisations, business units, applications and services: made, seen, changed and removed by whom they are reached."""

from typing import Any

import httpx
import pytest

from support.answers import refused
from support.given import Given, at_once
from support.two_engines import rows_of

NOUNS = {
    "organizations": "organizationId",
    "business-units": "businessUnitId",
    "applications": "applicationId",
    "services": "serviceId",
}
IN_ORGANIZATIONS = [path for path in NOUNS if path != "organizations"]
each_noun = pytest.mark.parametrize("path", NOUNS)
each_in_organization = pytest.mark.parametrize("path", IN_ORGANIZATIONS)


class Two:
    """Two organisations, an administrator of each, and somebody who reaches both."""

    async def open(self, given: Given) -> "Two":
        client = await given.client()
        self.given = given
        self.here, self.there = await given.organization("Here"), await given.organization("There")
        self.admin = await given.person(await given.user(None, "ADMIN", organization_id=self.here), client)
        self.foreign = await given.person(await given.user(None, "ADMIN", organization_id=self.there), client)
        self.maintenance = await given.person(await given.user(None, "IAM_ADMIN_MAINTENANCE"), client)
        self.homeless = await given.person(await given.user(None, "ADMIN"), client)
        return self

    async def made(self, path: str, **body: Any) -> str:
        if path == "organizations":
            return self.here
        return id_of(path, await self.admin.post(f"/{path}", json={"name": "One"} | body))


@pytest.fixture
async def two(on_both: Given) -> Two:
    return await Two().open(on_both)


def id_of(path: str, answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()[NOUNS[path]])


def ids_of(path: str, answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one[NOUNS[path]] for one in answer.json()["items"]]


@each_in_organization
async def test_what_an_administrator_makes_stands_in_its_organisation(two: Two, path: str):
    answer = await two.admin.post(f"/{path}", json={"name": "One"})

    made = id_of(path, answer)
    shown = (await two.admin.get(f"/{path}/{made}")).json()
    assert shown == answer.json()
    assert (shown["name"], shown["organizationId"]) == ("One", two.here)
    refused(await two.admin.post(f"/{path}", json={"name": "One", "organizationId": two.there}), 400, "107")
    refused(await two.admin.post(f"/{path}", json={"name": "One", "organizationId": "0" * 24}), 400, "107")
    refused(await two.homeless.post(f"/{path}", json={"name": "One"}), 403, "302")
    there = await two.maintenance.post(f"/{path}", json={"name": "One", "organizationId": two.there})
    assert there.json()["organizationId"] == two.there


@each_noun
async def test_outside_its_organisation_nothing_is_there(two: Two, path: str):
    made = await two.made(path)

    for caller in (two.foreign, two.homeless):
        refused(await caller.get(f"/{path}/{made}"), 404, "401")
        refused(await caller.put(f"/{path}/{made}", json={"name": "Mine"}), 404, "401")
        refused(await caller.delete(f"/{path}/{made}"), 404, "401")
        assert made not in ids_of(path, await caller.get(f"/{path}"))
    assert made in ids_of(path, await two.admin.get(f"/{path}"))
    assert made in ids_of(path, await two.maintenance.get(f"/{path}"))
    assert (await two.admin.get(f"/{path}/{made}")).json()["name"] in {"One", "Here"}


@each_noun
async def test_a_name_is_changed(two: Two, path: str):
    made = await two.made(path)

    answer = await two.admin.put(f"/{path}/{made}", json={"name": "Another"})

    assert answer.status_code == 200, answer.text
    assert (await two.admin.get(f"/{path}/{made}")).json() == answer.json()
    assert answer.json()["name"] == "Another"
    refused(await two.admin.put(f"/{path}/{made}", json={}), 400, "101")
    refused(await two.admin.put(f"/{path}/{'0' * 24}", json={"name": "x"}), 404, "401")


@each_in_organization
async def test_what_is_removed_is_gone(two: Two, path: str):
    made = await two.made(path)

    assert (await two.admin.delete(f"/{path}/{made}")).status_code == 204

    refused(await two.admin.get(f"/{path}/{made}"), 404, "401")
    refused(await two.admin.delete(f"/{path}/{made}"), 404, "401")


@each_in_organization
async def test_pages_go_on_where_the_last_one_ended(given: Given, path: str):
    two = await Two().open(given)
    made = [await two.made(path) for _ in range(5)]

    first = await two.admin.get(f"/{path}", params={"limit": 3})
    rest = await two.admin.get(f"/{path}", params={"limit": 3, "cursor": first.json()["nextCursor"]})

    assert ids_of(path, first) + ids_of(path, rest) == sorted(made)
    assert rest.json()["nextCursor"] is None


async def test_organisations_are_made_and_removed_by_whoever_reaches_everything(two: Two):
    refused(await two.admin.post("/organizations", json={"name": "New"}), 403, "302")
    refused(await two.admin.delete(f"/organizations/{two.here}"), 403, "302")

    made = id_of("organizations", await two.maintenance.post("/organizations", json={"name": "New"}))

    assert (await two.maintenance.delete(f"/organizations/{made}")).status_code == 204
    assert ids_of("organizations", await two.admin.get("/organizations")) == [two.here]


async def test_an_organisation_in_which_something_is_stays(two: Two):
    unit = await two.made("business-units")
    await two.given.user(organization_id=two.here)
    refused(await two.maintenance.delete(f"/organizations/{two.here}"), 409, "404")

    assert (await two.admin.delete(f"/business-units/{unit}")).status_code == 204
    answer = await two.maintenance.delete(f"/organizations/{two.here}")

    refused(answer, 409, "404")
    assert answer.json()[0]["message"] == "There are users of it."


async def test_what_hangs_on_units_applications_and_services_keeps_them(two: Two):
    unit = await two.made("business-units")
    application = await two.made("applications", businessUnitId=unit)
    service = await two.made("services", applicationId=application)
    client = await two.given.client(
        organization_id=two.here, business_unit_id=unit, app_id=application, service_account_id=service
    )

    for path, one in (("business-units", unit), ("applications", application), ("services", service)):
        refused(await two.admin.delete(f"/{path}/{one}"), 409, "404")

    administrator = await two.given.administrator(await two.given.client(), level="AUTH-MFA")
    assert (await administrator.delete(f"/client-identities/{client.id}")).status_code == 204
    for path, one in (("services", service), ("applications", application), ("business-units", unit)):
        assert (await two.admin.delete(f"/{path}/{one}")).status_code == 204, path


async def test_what_is_named_is_of_the_same_organisation(two: Two):
    unit = await two.given.business_unit(two.there)
    application = await two.given.registered_application(two.there)
    business = await two.given.business(two.there)
    wrong = [
        ("applications", {"businessUnitId": unit}),
        ("services", {"applicationId": application}),
        ("services", {"businessId": business}),
    ]
    for path, body in wrong:
        refused(await two.admin.post(f"/{path}", json={"name": "x"} | body), 400, "107")
        named = {"name": "x", "organizationId": two.here} | body
        refused(await two.maintenance.post(f"/{path}", json=named), 400, "102")
    own = await two.made("applications")
    refused(await two.admin.put(f"/applications/{own}", json={"name": "x", "businessUnitId": unit}), 400, "107")
    service = await two.made("services")
    refused(await two.admin.put(f"/services/{service}", json={"name": "x", "applicationId": application}), 400, "107")


async def test_a_put_without_a_field_takes_it_away(two: Two):
    unit = await two.made("business-units")
    application = await two.made("applications", businessUnitId=unit)

    answer = await two.admin.put(f"/applications/{application}", json={"name": "x"})

    assert answer.json()["businessUnitId"] is None


async def test_a_removed_service_is_out_of_all_groups(two: Two):
    service, other = await two.made("services"), await two.made("services")
    group = await two.given.group(organization_id=two.here)
    for one in (service, other):
        await two.given.member(group, "SERVICE", one)

    assert (await two.admin.delete(f"/services/{service}")).status_code == 204

    members = await rows_of(two.given.env["AUTHME_DATABASE_URL"], "SELECT member_id FROM group_member")
    assert members == [(other,)]


@pytest.mark.parametrize("path", IN_ORGANIZATIONS)
async def test_nothing_is_made_in_an_organisation_that_is_removed_at_the_same_time(on_both: Given, path: str):
    two = await Two().open(on_both)
    for _ in range(5):
        organization = await on_both.organization()
        body = {"name": "x", "organizationId": organization}

        made, removed = await at_once(
            two.maintenance.post(f"/{path}", json=body), two.maintenance.delete(f"/organizations/{organization}")
        )

        assert (made.status_code, removed.status_code) in {(201, 409), (400, 204)}, (made.text, removed.text)


async def test_every_change_is_in_the_audit(given: Given):
    two = await Two().open(given)
    service = await two.made("services")
    await two.admin.put(f"/services/{service}", json={"name": "x"})
    await two.admin.delete(f"/services/{service}")

    trail = [(row["action"], row["target"]) for row in await given.trail() if row["action"].startswith("service.")]
    assert trail == [("service.created", service), ("service.changed", service), ("service.removed", service)]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        *((path, {}) for path in (*NOUNS, "groups")),
        ("corporate-groups", {"businessIds": []}),
        ("businesses", {"document": "11222333000181"}),
    ],
)
async def test_nothing_is_called_by_blanks(given: Given, path: str, known: dict[str, Any]):
    administrator = await given.administrator(await given.client())

    refused(await administrator.post(f"/{path}", json=known | {"name": " \t"}), 400, "102")
