"""GR-01 to GR-05: groups."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, at_once
from support.groups import NOBODY, dependency, officer, owner_of
from support.two_engines import rows_of


async def made(caller: Api, **body: Any) -> dict[str, Any]:
    answer = await caller.post("/groups", json={"name": "Auditors"} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids_in(caller: Api, **query: object) -> list[str]:
    answer = await caller.get("/groups", params=query)
    assert answer.status_code == 200, answer.text
    return [one["groupId"] for one in answer.json()["items"]]


async def test_a_group_is_made_shown_changed_and_deleted(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    group = await made(caller, description="Read everything")
    assert group | {"groupId": "", "createdAt": "", "updatedAt": ""} == {
        "groupId": "",
        "name": "Auditors",
        "description": "Read everything",
        "organizationId": None,
        "businessId": None,
        "corporateGroupId": None,
        "roles": [],
        "dependencies": [],
        "createdAt": "",
        "updatedAt": "",
    }

    on_both.later(seconds=5)
    changed = await caller.put(f"/groups/{group['groupId']}", json={"name": "Inspectors"})

    assert changed.status_code == 200
    assert changed.json()["name"] == "Inspectors"
    assert changed.json()["description"] is None
    assert changed.json()["createdAt"] == group["createdAt"] < changed.json()["updatedAt"]
    assert (await caller.get(f"/groups/{group['groupId']}")).json() == changed.json()
    assert (await caller.delete(f"/groups/{group['groupId']}")).status_code == 204
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        refused(await caller.request(method, f"/groups/{group['groupId']}", json=body), 404, "401")
    for action in ("group.created", "group.changed", "group.removed"):
        assert [row["target"] for row in await on_both.trail(action)] == [group["groupId"]]


async def test_where_a_group_stands_follows_from_who_makes_it(on_both: Given):
    organization = await on_both.organization()
    corporate = await on_both.corporate_group(organization)
    business = await on_both.business(organization, corporate_group_id=corporate)
    maintenance = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    administrator = await officer(on_both, "ADMIN", organization_id=organization)
    owner = await owner_of(on_both, business, organization_id=organization)
    person = await officer(on_both, organization_id=organization)

    def place(group: dict[str, Any]) -> tuple[str | None, ...]:
        return group["organizationId"], group["businessId"], group["corporateGroupId"]

    assert place(await made(maintenance)) == (None, None, None)
    assert place(await made(maintenance, businessId=business)) == (organization, business, None)
    assert place(await made(maintenance, corporateGroupId=corporate)) == (organization, None, corporate)
    assert place(await made(administrator)) == (organization, None, None)
    assert place(await made(administrator, businessId=business)) == (organization, business, None)
    assert place(await made(administrator, corporateGroupId=corporate)) == (organization, None, corporate)
    assert place(await made(owner)) == (organization, business, None)
    assert place(await made(owner, businessId=business)) == (organization, business, None)
    assert place(await made(person)) == (organization, None, None)


async def test_what_a_group_is_to_belong_to_has_to_be_there_for_the_caller(given: Given):
    organization, elsewhere = await given.organization(), await given.organization()
    corporate = await given.corporate_group(organization)
    business, sibling = await given.business(organization), await given.business(organization)
    foreign, foreign_corporate = await given.business(elsewhere), await given.corporate_group(elsewhere)
    administrator = await officer(given, "ADMIN", organization_id=organization)
    owner = await owner_of(given, business, organization_id=organization)
    person = await officer(given, organization_id=organization, business_id=business)

    for caller, body in (
        (administrator, {"businessId": foreign}),
        (administrator, {"businessId": NOBODY}),
        (administrator, {"businessId": corporate}),
        (administrator, {"corporateGroupId": foreign_corporate}),
        (administrator, {"corporateGroupId": NOBODY}),
        (owner, {"businessId": sibling}),
        (owner, {"businessId": foreign}),
        (owner, {"corporateGroupId": corporate}),
        (person, {"businessId": business}),
        (person, {"corporateGroupId": corporate}),
    ):
        refused(await caller.post("/groups", json={"name": "x"} | body), 400, "107")
    both = {"name": "x", "businessId": business, "corporateGroupId": corporate}
    refused(await administrator.post("/groups", json=both), 400, "102")
    refused(await administrator.post("/groups", json={"name": "x", "organizationId": elsewhere}), 400, "106")
    refused(await administrator.post("/groups", json={"name": ""}), 400, "102")
    refused(await administrator.post("/groups", json={}), 400, "101")
    assert await ids_in(await given.administrator(await given.client())) == []


async def test_an_administrator_of_no_organization_makes_no_group(given: Given):
    refused(await (await officer(given, "ADMIN")).post("/groups", json={"name": "x"}), 403, "302")


@pytest.fixture
async def world(on_both: Given) -> dict[str, Any]:
    """Two organisations with two businesses and two persons each, a group of each of them, and who reaches which."""
    found: dict[str, Any] = {"groups": {}, "callers": {}}
    for name in ("here", "there"):
        organization = await on_both.organization()
        found["callers"][f"admin {name}"] = await officer(on_both, "ADMIN", organization_id=organization)
        found["groups"][f"organization {name}"] = await on_both.group(organization_id=organization)
        for number in (1, 2):
            business = await on_both.business(organization)
            person = await on_both.user(organization_id=organization)
            place = {"organization_id": organization}
            found["groups"][f"business {name} {number}"] = await on_both.group(business_id=business, **place)
            found["groups"][f"person {name} {number}"] = await on_both.group(owner_id=person.id, **place)
            found["callers"][f"owner {name} {number}"] = await owner_of(on_both, business, **place)
            found["callers"][f"person {name} {number}"] = await on_both.person(person, await on_both.client())
    found["groups"]["nowhere"] = await on_both.group()
    found["callers"]["maintenance"] = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    return found


def reached(caller: str, groups: dict[str, str]) -> set[str]:
    kind, _, where = caller.partition(" ")
    return {
        group
        for name, group in groups.items()
        if kind == "maintenance"
        or (kind == "admin" and where in name.split())
        or (kind == "owner" and name == f"business {where}")
        or (kind == "person" and name == f"person {where}")
    }


async def test_a_group_is_there_only_for_whoever_reaches_it(world: dict[str, Any]):
    """All operations on a group, as each kind of caller on its own, a sibling's and a foreign one."""
    for name, caller in world["callers"].items():
        expected = reached(name, world["groups"])
        assert expected
        assert set(await ids_in(caller)) == expected
        for group in world["groups"].values():
            requests = (
                ("GET", "", None),
                ("PUT", "", {"name": "Changed"}),
                ("POST", "/roles", {"role": "NOT_REGISTERED"}),
                ("DELETE", "/roles/NOT_REGISTERED", None),
                ("POST", "/dependencies", {"groupId": NOBODY}),
                ("DELETE", f"/dependencies/{NOBODY}", None),
            )
            answers = [(await caller.request(method, f"/groups/{group}{path}", json=body)) for method, path, body in requests]
            statuses = [answer.status_code for answer in answers]
            assert statuses == ([200, 200, 400, 404, 400, 404] if group in expected else [404] * 6), (name, group)
            if group not in expected:
                refused(await caller.delete(f"/groups/{group}"), 404, "401")
    for name, caller in world["callers"].items():
        if name != "maintenance":
            for group in reached(name, world["groups"]) & set(await ids_in(caller)):
                assert (await caller.delete(f"/groups/{group}")).status_code == 204
    assert await ids_in(world["callers"]["maintenance"]) == [world["groups"]["nowhere"]]


async def test_groups_come_by_the_page(on_both: Given):
    organization = await on_both.organization()
    caller = await officer(on_both, "ADMIN", organization_id=organization)
    groups = [await on_both.group(organization_id=organization) for _ in range(5)]

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await caller.get("/groups", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [one["groupId"] for one in page["items"]]
        cursor = page["nextCursor"]

    assert seen == sorted(groups)
    refused(await caller.get("/groups", params={"limit": 0}), 400, "102")
    refused(await caller.get("/groups", params={"cursor": "%"}), 400, "102")


async def test_a_list_says_what_each_group_carries_and_depends_on(on_both: Given):
    caller = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    a, b = await on_both.role("A_ROLE"), await on_both.role("B_ROLE")
    base = await on_both.group(b, a)
    group = await on_both.group(a, depends_on=(base,))

    items = {one["groupId"]: one for one in (await caller.get("/groups")).json()["items"]}

    assert (items[base]["roles"], items[base]["dependencies"]) == ([a, b], [])
    assert (items[group]["roles"], items[group]["dependencies"]) == ([a], [base])


async def test_what_a_group_belongs_to_may_be_repeated_and_not_changed(on_both: Given):
    organization = await on_both.organization()
    caller = await officer(on_both, "ADMIN", organization_id=organization)
    business, other = await on_both.business(organization), await on_both.business(organization)
    group = (await made(caller, businessId=business))["groupId"]
    free = (await made(caller))["groupId"]

    assert (await caller.put(f"/groups/{group}", json={"name": "x", "businessId": business})).status_code == 200
    assert (await caller.put(f"/groups/{group}", json={"name": "x"})).json()["businessId"] == business
    refused(await caller.put(f"/groups/{group}", json={"name": "x", "businessId": other}), 409, "404")
    refused(await caller.put(f"/groups/{free}", json={"name": "x", "businessId": business}), 409, "404")
    refused(await caller.put(f"/groups/{free}", json={"name": "x", "corporateGroupId": NOBODY}), 409, "404")
    refused(await caller.put(f"/groups/{group}", json={}), 400, "101")


async def test_a_group_goes_with_its_members_roles_and_dependencies_but_not_while_others_depend_on_it(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    base = await on_both.group(await on_both.role())
    group = await on_both.group(await on_both.role(), depends_on=(base,))
    await on_both.member(group, "USER", (await on_both.user()).id)

    refused(await caller.delete(f"/groups/{base}"), 409, "404")
    assert (await caller.delete(f"/groups/{group}")).status_code == 204
    assert (await caller.delete(f"/groups/{base}")).status_code == 204

    for table in ("access_group", "group_member", "group_role", "group_dependency"):
        assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], f"SELECT * FROM {table}") == []  # noqa: S608  # a name of the test's own


async def test_a_group_deleted_while_others_refer_to_it_leaves_no_half(on_both: Given):
    """Whoever comes second is refused clearly: never an error, never a row without its group."""
    caller = await on_both.administrator(await on_both.client())
    role = await on_both.role()
    for _ in range(5):
        group, other, user = await on_both.group(), await on_both.group(), await on_both.user()

        gone, carried, depended, depending, added = await at_once(
            caller.delete(f"/groups/{group}"),
            caller.post(f"/groups/{group}/roles", json={"role": role}),
            caller.post(f"/groups/{other}/dependencies", json={"groupId": group}),
            caller.post(f"/groups/{group}/dependencies", json={"groupId": other}),
            caller.post(f"/user-accesses/{group}/users", json=[{"userId": user.id}]),
        )

        assert carried.status_code in {201, 404}
        assert depending.status_code in {201, 404, 409}
        assert added.status_code in {200, 404}
        assert (gone.status_code, depended.status_code) in {(204, 400), (409, 201), (204, 409)}


async def test_a_group_of_a_business_that_is_removed_at_the_same_time(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    for _ in range(5):
        business = await on_both.business()

        gone, group = await at_once(
            caller.delete(f"/businesses/{business}"), caller.post("/groups", json={"name": "x", "businessId": business})
        )

        assert (gone.status_code, group.status_code) in {(204, 400), (409, 201)}


async def test_a_group_deleted_by_two_at_once_is_gone_once(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    group, base = await on_both.group(), await on_both.group()
    assert await dependency(caller, group, base) == 201

    answers = await at_once(*(caller.delete(f"/groups/{group}") for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]
