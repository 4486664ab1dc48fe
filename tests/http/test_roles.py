"""The register of roles."""

from typing import Any

import pytest

from authme.relation import BUILT_IN
from support.answers import refused
from support.api import Api
from support.given import Given, at_once
from support.groups import NOBODY, officer


async def registered(caller: Api, name: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post("/roles", json={"name": name} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def names_in(caller: Api, **query: object) -> list[str]:
    answer = await caller.get("/roles", params=query)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


async def test_a_role_is_registered_listed_and_removed(on_both: Given):
    caller = await officer(on_both, "IAM_ADMIN_MAINTENANCE")

    role = await registered(caller, "AUDITOR", description="Reads everything")

    assert role | {"createdAt": ""} == {
        "name": "AUDITOR",
        "description": "Reads everything",
        "organizationId": None,
        "createdAt": "",
    }
    assert (await caller.get("/roles")).json() == {"items": [role], "nextCursor": None}
    assert (await caller.delete("/roles/AUDITOR")).status_code == 204
    refused(await caller.delete("/roles/AUDITOR"), 404, "401")
    assert await names_in(caller) == []
    for action in ("role.registered", "role.unregistered"):
        assert [row["target"] for row in await on_both.trail(action)] == ["AUDITOR"]


async def test_a_role_is_of_an_organization_or_of_everywhere(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    maintenance = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    of_here = await officer(on_both, "ADMIN", organization_id=here)
    of_there = await officer(on_both, "ADMIN", organization_id=there)

    assert (await registered(maintenance, "ANYWHERE"))["organizationId"] is None
    assert (await registered(maintenance, "NAMED", organizationId=here))["organizationId"] == here
    assert (await registered(of_here, "OWN"))["organizationId"] == here
    assert (await registered(of_here, "OWN_NAMED", organizationId=here))["organizationId"] == here
    refused(await of_here.post("/roles", json={"name": "X", "organizationId": there}), 400, "107")
    refused(await of_here.post("/roles", json={"name": "X", "organizationId": NOBODY}), 400, "107")
    refused(await maintenance.post("/roles", json={"name": "X", "organizationId": NOBODY}), 400, "107")
    refused(await (await officer(on_both, "ADMIN")).post("/roles", json={"name": "X"}), 403, "302")

    assert await names_in(maintenance) == ["ANYWHERE", "NAMED", "OWN", "OWN_NAMED"]
    assert await names_in(of_here) == ["ANYWHERE", "NAMED", "OWN", "OWN_NAMED"]
    assert await names_in(of_there) == ["ANYWHERE"]
    refused(await of_there.delete("/roles/OWN"), 404, "401")
    # It is there for everybody to see, and not for everybody to take away.
    refused(await of_there.delete("/roles/ANYWHERE"), 403, "302")
    assert (await of_here.delete("/roles/NAMED")).status_code == 204
    assert (await maintenance.delete("/roles/OWN")).status_code == 204
    assert (await maintenance.delete("/roles/ANYWHERE")).status_code == 204


async def test_a_name_is_registered_once_for_whichever_organization(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    await registered(await officer(on_both, "ADMIN", organization_id=here), "AUDITOR")

    other = await officer(on_both, "ADMIN", organization_id=there)

    refused(await other.post("/roles", json={"name": "AUDITOR"}), 409, "403")
    answers = await at_once(*(other.post("/roles", json={"name": "NEW"}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("name", [*sorted(BUILT_IN), "admin", "Iam_Admin_Maintenance", "ROLE_AUDITOR", "role_auditor", "ROLE_"])
async def test_no_role_is_called_as_what_is_built_in(given: Given, name: str):
    caller = await officer(given, "IAM_ADMIN_MAINTENANCE")
    refused(await caller.post("/roles", json={"name": name}), 400, "102")


@pytest.mark.parametrize("name", ["", "1ST", "A-B", "A B", "É", "A" * 65, "A:B", "scope:READ", " A", "A\n"])
async def test_no_role_is_called_what_a_requirement_could_not_say(given: Given, name: str):
    caller = await officer(given, "IAM_ADMIN_MAINTENANCE")
    refused(await caller.post("/roles", json={"name": name}), 400, "102")


async def test_a_role_that_a_group_carries_stays(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    role = await on_both.role()
    group = await on_both.group(role)

    refused(await caller.delete(f"/roles/{role}"), 409, "404")
    assert (await caller.delete(f"/groups/{group}/roles/{role}")).status_code == 204
    assert (await caller.delete(f"/roles/{role}")).status_code == 204


async def test_a_role_removed_while_a_group_is_given_it(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    for _ in range(8):
        role, group = await on_both.role(), await on_both.group()

        gone, carried = await at_once(
            caller.delete(f"/roles/{role}"), caller.post(f"/groups/{group}/roles", json={"role": role})
        )

        assert (gone.status_code, carried.status_code) in {(204, 400), (409, 201)}


async def test_roles_come_by_the_page_own_ones_and_those_of_everywhere_in_one_order(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    for number in range(9):
        await on_both.role(f"R{number}", [here, None, there][number % 3])
    caller = await officer(on_both, "ADMIN", organization_id=here)

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await caller.get("/roles", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [one["name"] for one in page["items"]]
        cursor = page["nextCursor"]

    assert seen == ["R0", "R1", "R3", "R4", "R6", "R7"]


@pytest.mark.parametrize("name", ["NOT_REGISTERED", "%00", "%ff", "é", "x" * 3000, "' OR 1=1"])
async def test_a_name_that_is_none_is_not_there(on_both: Given, name: str):
    caller = await on_both.administrator(await on_both.client())
    group = await on_both.group()
    for path in (f"/roles/{name}", f"/groups/{group}/roles/{name}"):
        assert (await caller.delete(path)).status_code in {404, 405}
