"""Businesses: companies by their CNPJ."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient, at_once
from support.given_access import cnpj
from support.two_engines import plain_sql, rows_of

ALL, USERS = "/businesses", "/user-identities"
CNPJ, LETTERS = "11.222.333/0001-81", "12ABC34501DE35"
NOBODY = "0" * 24


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def admin(given: Given, organization_id: str | None) -> Api:
    """Return a caller that is ADMIN of an organisation, and nothing more."""
    return await given.person(await given.user(None, "ADMIN", organization_id=organization_id), await given.client())


async def made(caller: Api, **body: Any) -> dict[str, Any]:
    answer = await caller.post(ALL, json={"document": cnpj(), "name": "Firm"} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(caller: Api, **query: str) -> list[str]:
    answer = await caller.get(ALL, params=query)
    assert answer.status_code == 200, answer.text
    return [one["businessId"] for one in answer.json()["items"]]


async def test_a_business_is_made_shown_listed_changed_and_removed(on_both: Given):
    caller = await on_both.administrator(await on_both.client())

    business = await made(caller, document=CNPJ, name="Firm")

    assert business == {
        "businessId": business["businessId"],
        "organizationId": None,
        "document": "11222333000181",
        "name": "Firm",
        "corporateGroupId": None,
        "createdAt": "2025-11-24T16:00:00Z",
        "updatedAt": "2025-11-24T16:00:00Z",
    }
    one = f"{ALL}/{business['businessId']}"
    assert (await caller.get(one)).json() == business
    assert (await caller.get(ALL)).json() == {"items": [business], "nextCursor": None}
    on_both.later(seconds=60)
    changed = await caller.put(one, json={"document": LETTERS, "name": "Firm and sons"})
    assert changed.status_code == 200
    becomes = {"document": LETTERS, "name": "Firm and sons", "updatedAt": "2025-11-24T16:01:00Z"}
    assert changed.json() == (await caller.get(one)).json() == business | becomes
    assert (await caller.delete(one)).status_code == 204
    for answer in (
        await caller.get(one),
        await caller.put(one, json={"document": CNPJ, "name": "x"}),
        await caller.delete(one),
    ):
        refused(answer, 404, "401")
    trail = [row for row in await on_both.trail() if row["target"] == business["businessId"]]
    assert [row["action"] for row in trail] == ["business.created", "business.changed", "business.removed"]


class TestRelation:
    async def test_what_an_admin_makes_stands_in_the_admins_organisation(self, on_both: Given):
        here, there = await on_both.organization("Here"), await on_both.organization("There")
        caller, other = await admin(on_both, here), await admin(on_both, there)

        business = await made(caller)

        assert business["organizationId"] == here
        assert (await made(caller, organizationId=here))["organizationId"] == here
        assert business["businessId"] in await listed(caller)
        assert await listed(other) == []
        one, body = f"{ALL}/{business['businessId']}", {"document": cnpj(), "name": "x"}
        unknown = await other.get(f"{ALL}/{NOBODY}")
        for answer in (await other.get(one), await other.put(one, json=body), await other.delete(one)):
            refused(answer, 404, "401")
            assert answer.text == unknown.text

    async def test_another_organisation_and_one_that_is_not_there_are_the_same(self, given: Given):
        caller, there = await admin(given, await given.organization("Here")), await given.organization("There")

        answers = [
            await caller.post(ALL, json={"document": CNPJ, "name": "x", "organizationId": one}) for one in (there, NOBODY)
        ]

        for answer in answers:
            refused(answer, 400, "107")
        assert len({answer.text for answer in answers}) == 1

    async def test_maintenance_reaches_all_and_makes_them_anywhere(self, given: Given, maintenance: Api):
        here = await given.organization("Here")

        made_there, made_nowhere = await made(maintenance, organizationId=here), await made(maintenance)

        assert (made_there["organizationId"], made_nowhere["organizationId"]) == (here, None)
        assert await listed(maintenance) == sorted([made_there["businessId"], made_nowhere["businessId"]])
        assert await listed(await admin(given, here)) == [made_there["businessId"]]
        refused(await maintenance.post(ALL, json={"document": CNPJ, "name": "x", "organizationId": NOBODY}), 400, "107")

    async def test_an_admin_of_no_organisation_makes_and_finds_nothing(self, given: Given, maintenance: Api):
        await made(maintenance)
        caller = await admin(given, None)

        assert await listed(caller) == []
        refused(await caller.post(ALL, json={"document": CNPJ, "name": "x"}), 403, "302")

    async def test_only_maintenance_chooses_the_id(self, given: Given, maintenance: Api):
        """Users of an organisation elsewhere may carry it: whoever registers it would reach them."""
        caller, body = (
            await admin(given, await given.organization("Here")),
            {"document": CNPJ, "name": "x", "businessId": "5" * 24},
        )

        refused(await caller.post(ALL, json=body), 403, "302")
        assert (await made(maintenance, **body))["businessId"] == "5" * 24
        refused(await maintenance.post(ALL, json=body | {"document": LETTERS}), 409, "403")


class TestDocument:
    @pytest.mark.parametrize("again", [CNPJ, "11222333000181"])
    async def test_a_business_has_it_alone(self, given: Given, maintenance: Api, again: str):
        here = await admin(given, await given.organization("Here"))
        await made(here, document=CNPJ)
        other = await made(maintenance)

        for caller in (here, maintenance):
            refused(await caller.post(ALL, json={"document": again, "name": "x"}), 409, "403")
        refused(await maintenance.put(f"{ALL}/{other['businessId']}", json={"document": again, "name": "x"}), 409, "403")
        assert (await maintenance.get(f"{ALL}/{other['businessId']}")).json() == other

    async def test_of_ten_that_want_it_at_once_one_gets_it(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())

        answers = await at_once(*(caller.post(ALL, json={"document": CNPJ, "name": "x"}) for _ in range(10)))

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        assert len(await on_both.trail("business.created")) == 1

    async def test_it_is_kept_bare_and_in_capitals(self, maintenance: Api):
        assert (await made(maintenance, document="12.abc.345/01de-35"))["document"] == LETTERS


class TestRemoval:
    async def test_what_hangs_on_it_is_named(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())
        business, url = (await made(caller))["businessId"], on_both.env["AUTHME_DATABASE_URL"]
        user = await on_both.user(None, business_id=business)
        client = await on_both.client(business_id=business)
        await on_both.service_account(business_id=business)
        await on_both.group(business_id=business)
        await plain_sql(
            url,
            "INSERT INTO customer (id, kind, document, name, business_id, created_at) VALUES",
            f"(1, 'BUSINESS', '{CNPJ}', 'x', '{business}', 0)",
        )

        answer = await caller.delete(f"{ALL}/{business}")

        refused(answer, 409, "404")
        assert "users, groups, service accounts, clients, customers" in answer.text
        for table in ("customer", "access_group", "service_account"):
            await plain_sql(url, "DELETE FROM", table)
        assert (await caller.delete(f"/businesses/{business}/users/{user.id}")).status_code == 204
        refused(await caller.delete(f"{ALL}/{business}"), 409, "404")
        await plain_sql(url, f"UPDATE client SET status = 'REMOVED' WHERE id = '{client.id}'")  # noqa: S608  # our own id
        assert (await caller.delete(f"{ALL}/{business}")).status_code == 204

    async def test_it_leaves_the_groups_that_it_is_in(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())
        business, other, group = (await made(caller))["businessId"], (await made(caller))["businessId"], await on_both.group()
        for member in (business, other):
            await on_both.member(group, "BUSINESS", member)

        assert (await caller.delete(f"{ALL}/{business}")).status_code == 204

        assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT member_id FROM group_member") == [(other,)]

    async def test_nobody_comes_to_a_business_that_is_being_removed(self, on_both: Given):
        caller = await on_both.administrator(await on_both.client())
        for number in range(8):
            business, user = (await made(caller))["businessId"], await on_both.user()
            body = {"username": f"new{number}@example.com", "businessId": business}

            removed, put, created, changed = await at_once(
                caller.delete(f"{ALL}/{business}"),
                caller.put(f"{ALL}/{business}/users/{user.id}", json={"office": "USER"}),
                caller.post(USERS, json=body),
                caller.put(f"{ALL}/{business}", json={"document": cnpj(), "name": "x"}),
            )

            came = (put.status_code == 200) + (created.status_code == 201)
            assert removed.status_code == (409 if came else 204)
            assert put.status_code in {200, 404}
            assert created.status_code in {201, 400}
            assert changed.status_code in {200, 404}
            assert (await caller.get(f"{ALL}/{business}")).status_code == (200 if came else 404)


async def test_pages_follow_each_other(maintenance: Api):
    ids = sorted([(await made(maintenance))["businessId"] for _ in range(5)])
    found: list[str] = []
    cursor: dict[str, str] = {}
    for size in (2, 2, 1):
        page = (await maintenance.get(ALL, params={"limit": "2"} | cursor)).json()
        assert len(page["items"]) == size
        found += [one["businessId"] for one in page["items"]]
        cursor = {"cursor": page["nextCursor"]}

    assert found == ids
    assert page["nextCursor"] is None
    refused(await maintenance.get(ALL, params={"limit": "0"}), 400, "102")
    refused(await maintenance.get(ALL, params={"cursor": "!"}), 400, "102")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101", "101"]),
        ({"document": CNPJ}, ["101"]),
        ({"document": "11222333000182", "name": "x"}, ["102"]),
        ({"document": "12ABC34501DE36", "name": "x"}, ["102"]),
        ({"document": "52998224725", "name": "x"}, ["102"]),
        ({"document": 11222333000181, "name": ["x"]}, ["102", "102"]),
        ({"document": CNPJ, "name": ""}, ["102"]),
        ({"document": CNPJ, "name": "x" * 257}, ["102"]),
        ({"document": CNPJ, "name": "x", "corporateGroupId": "x"}, ["102"]),
        ({"document": CNPJ, "name": "x", "corporateGroupId": NOBODY}, ["107"]),
        ({"document": CNPJ, "name": "x", "createdAt": 0}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(maintenance: Api, body: dict[str, Any], codes: list[str]):
    business = await made(maintenance)

    refused(await maintenance.post(ALL, json=body), 400, *codes)
    refused(await maintenance.put(f"{ALL}/{business['businessId']}", json=body), 400, *codes)
    assert await listed(maintenance) == [business["businessId"]]


@pytest.mark.parametrize("field", ["organizationId", "businessId"])
async def test_a_business_stays_where_it_is_and_who_it_is(maintenance: Api, field: str):
    business = await made(maintenance)

    body = {"document": CNPJ, "name": "x", field: NOBODY}
    refused(await maintenance.put(f"{ALL}/{business['businessId']}", json=body), 400, "106")
