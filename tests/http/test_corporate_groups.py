"""Corporate groups of businesses."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient
from support.given_access import cnpj
from support.two_engines import plain_sql

ALL = "/corporate-groups"
NOBODY = "0" * 24


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def admin(given: Given, organization_id: str | None) -> Api:
    """Return a caller that is ADMIN of an organisation, and nothing more."""
    return await given.person(await given.user(None, "ADMIN", organization_id=organization_id), await given.client())


async def made(caller: Api, *businesses: str, **body: Any) -> str:
    answer = await caller.post(ALL, json={"name": "Group", "businessIds": businesses} | body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["corporateGroupId"])


async def in_group(caller: Api, group: str) -> list[str]:
    answer = await caller.get(f"{ALL}/{group}")
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["businessIds"]
    return found


async def group_of(caller: Api, business: str) -> str | None:
    found: str | None = (await caller.get(f"/businesses/{business}")).json()["corporateGroupId"]
    return found


async def test_one_is_made_shown_listed_changed_and_removed(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    one, other, third = [await on_both.business() for _ in range(3)]
    body = {"name": "Group", "description": "What belongs together", "businessIds": [other, one, one]}

    answer = await caller.post(ALL, json=body)

    assert answer.status_code == 201
    group = answer.json()
    assert group == {
        "corporateGroupId": group["corporateGroupId"],
        "name": "Group",
        "description": "What belongs together",
        "businessIds": sorted([one, other]),
        "createdAt": "2025-11-24T16:00:00Z",
        "updatedAt": "2025-11-24T16:00:00Z",
    }
    path = f"{ALL}/{group['corporateGroupId']}"
    assert (await caller.get(path)).json() == group
    assert (await caller.get(ALL)).json() == {"items": [group], "nextCursor": None}
    on_both.later(seconds=60)
    changed = await caller.put(path, json={"name": "Group of today", "businessIds": [third, one]})
    assert changed.status_code == 200
    assert changed.json() == (await caller.get(path)).json()
    becomes = {"name": "Group of today", "description": None, "businessIds": sorted([one, third])}
    assert changed.json() == group | becomes | {"updatedAt": "2025-11-24T16:01:00Z"}
    assert await group_of(caller, other) is None
    assert (await caller.delete(path)).status_code == 204
    for refusal in (await caller.get(path), await caller.put(path, json=body), await caller.delete(path)):
        refused(refusal, 404, "401")
    assert [await group_of(caller, business) for business in (one, other, third)] == [None] * 3
    trail = [row["action"] for row in await on_both.trail() if row["target"] == group["corporateGroupId"]]
    assert trail == ["corporate_group.created", "corporate_group.changed", "corporate_group.removed"]


class TestRelation:
    async def test_an_admin_makes_groups_of_the_organisations_businesses(self, on_both: Given):
        here, there = await on_both.organization("Here"), await on_both.organization("There")
        caller, other = await admin(on_both, here), await admin(on_both, there)
        business = await on_both.business(here)

        group, empty = await made(caller, business), await made(caller)

        assert [one["corporateGroupId"] for one in (await caller.get(ALL)).json()["items"]] == sorted([group, empty])
        assert (await other.get(ALL)).json()["items"] == []
        body, unknown = {"name": "x", "businessIds": []}, await other.get(f"{ALL}/{NOBODY}")
        for answer in (
            await other.get(f"{ALL}/{group}"),
            await other.put(f"{ALL}/{group}", json=body),
            await other.delete(f"{ALL}/{group}"),
        ):
            refused(answer, 404, "401")
            assert answer.text == unknown.text
        move = {"document": cnpj(), "name": "x", "corporateGroupId": group}
        refused(await other.put(f"/businesses/{await on_both.business(there)}", json=move), 400, "107")
        refused(await other.post("/businesses", json=move), 400, "107")
        assert await in_group(caller, group) == [business]

    async def test_a_business_elsewhere_and_one_that_is_not_there_are_the_same(self, given: Given):
        here, there = await given.organization("Here"), await given.organization("There")
        caller, mine, theirs = await admin(given, here), await given.business(here), await given.business(there)
        group = await made(caller)

        for answer in (
            await caller.post(ALL, json={"name": "x", "businessIds": [theirs, mine, NOBODY]}),
            await caller.put(f"{ALL}/{group}", json={"name": "x", "businessIds": [theirs, mine, NOBODY]}),
        ):
            refused(answer, 400, "107", "107")
            assert [item["message"] for item in answer.json()] == [
                f"`businessIds[{position}]`: there is no such business." for position in (0, 2)
            ]
        assert await group_of(caller, mine) is None

    async def test_businesses_of_two_organisations_make_no_group(self, given: Given, maintenance: Api):
        here, there = await given.organization("Here"), await given.organization("There")
        mine, theirs, nobodys = await given.business(here), await given.business(there), await given.business()
        group = await made(maintenance, mine)

        for ids in ([mine, theirs], [mine, nobodys]):
            refused(await maintenance.put(f"{ALL}/{group}", json={"name": "x", "businessIds": ids}), 400, "102")
            refused(await maintenance.post(ALL, json={"name": "x", "businessIds": ids}), 400, "102")
        for business in (theirs, nobodys):
            body = {"document": cnpj(), "name": "x", "corporateGroupId": group}
            refused(await maintenance.put(f"/businesses/{business}", json=body), 400, "102")
        assert await in_group(await admin(given, here), group) == [mine]

    async def test_an_admin_of_no_organisation_makes_and_finds_nothing(self, given: Given, maintenance: Api):
        await made(maintenance)
        caller = await admin(given, None)

        assert (await caller.get(ALL)).json()["items"] == []
        refused(await caller.post(ALL, json={"name": "x", "businessIds": []}), 403, "302")


async def test_one_on_which_something_hangs_stays(on_both: Given):
    caller, url = await on_both.administrator(await on_both.client()), on_both.env["AUTHME_DATABASE_URL"]
    firm = await on_both.business()
    corporate = await made(caller, firm)
    await on_both.group(corporate_group_id=corporate)
    await plain_sql(
        url,
        "INSERT INTO customer (id, kind, document, name, corporate_group_id, created_at) VALUES",
        f"(1, 'BUSINESS', '{cnpj()}', 'x', '{corporate}', 0)",
    )

    answer = await caller.delete(f"{ALL}/{corporate}")

    refused(answer, 409, "404")
    assert "groups, customers" in answer.text
    await plain_sql(url, "DELETE FROM access_group")
    refused(await caller.delete(f"{ALL}/{corporate}"), 409, "404")
    assert await in_group(caller, corporate) == [firm]
    await plain_sql(url, "DELETE FROM customer")
    assert (await caller.delete(f"{ALL}/{corporate}")).status_code == 204


async def test_a_group_has_so_many_businesses_at_most(given: Given, maintenance: Api):
    first = await given.business()
    corporate = await made(maintenance, first)
    await plain_sql(
        given.env["AUTHME_DATABASE_URL"],
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"  # noqa: S608  # our own id
        " INSERT INTO business (id, document, name, corporate_group_id, created_at, updated_at)"
        f" SELECT printf('%024x', i), printf('%014d', i), 'x', '{corporate}', 0, 0 FROM n",
    )

    body = {"document": cnpj(), "name": "x", "corporateGroupId": corporate}
    refused(await maintenance.post("/businesses", json=body), 409, "404")
    refused(await maintenance.put(f"/businesses/{await given.business()}", json=body), 409, "404")
    assert (await maintenance.put(f"/businesses/{first}", json=body)).status_code == 200
    all_of_them = await in_group(maintenance, corporate)
    assert len(all_of_them) == 1000
    assert (await maintenance.put(f"{ALL}/{corporate}", json={"name": "x", "businessIds": all_of_them})).status_code == 200
    refused(await maintenance.put(f"{ALL}/{corporate}", json={"name": "x", "businessIds": [*all_of_them, first]}), 400, "102")


async def test_pages_follow_each_other(given: Given, maintenance: Api):
    there = {await made(maintenance, business): [business] for business in [await given.business() for _ in range(3)]}

    first = (await maintenance.get(ALL, params={"limit": "2"})).json()
    second = (await maintenance.get(ALL, params={"limit": "2", "cursor": first["nextCursor"]})).json()

    shown = [(one["corporateGroupId"], one["businessIds"]) for one in first["items"] + second["items"]]
    assert shown == sorted(there.items())
    assert second["nextCursor"] is None


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101", "101"]),
        ({"name": "x"}, ["101"]),
        ({"businessIds": []}, ["101"]),
        ({"name": "", "businessIds": None}, ["102", "102"]),
        ({"name": "x", "businessIds": "5" * 24}, ["102"]),
        ({"name": "x", "businessIds": ["x"]}, ["102"]),
        ({"name": "x", "businessIds": [1]}, ["102"]),
        ({"name": "x", "businessIds": [], "description": "x" * 4097}, ["102"]),
        ({"name": "x", "businessIds": [], "organizationId": NOBODY}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(maintenance: Api, body: dict[str, Any], codes: list[str]):
    group = await made(maintenance)

    refused(await maintenance.post(ALL, json=body), 400, *codes)
    refused(await maintenance.put(f"{ALL}/{group}", json=body), 400, *codes)
