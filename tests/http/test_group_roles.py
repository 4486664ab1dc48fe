"""GR-06 and GR-07: the roles that groups carry."""

from authme.groups.add_role import MAXIMUM_ROLES
from support.answers import refused
from support.given import Given, at_once
from support.groups import officer, owner_of


async def test_a_role_is_added_and_removed(on_both: Given):
    caller = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    role, group = await on_both.role(), await on_both.group()

    on_both.later(seconds=5)
    answer = await caller.post(f"/groups/{group}/roles", json={"role": role})

    assert (answer.status_code, answer.json()) == (201, {"groupId": group, "role": role})
    shown = (await caller.get(f"/groups/{group}")).json()
    assert shown["roles"] == [role]
    assert shown["updatedAt"] > shown["createdAt"]
    refused(await caller.post(f"/groups/{group}/roles", json={"role": role}), 409, "403")
    assert (await caller.delete(f"/groups/{group}/roles/{role}")).status_code == 204
    refused(await caller.delete(f"/groups/{group}/roles/{role}"), 404, "401")
    assert (await caller.get(f"/groups/{group}")).json()["roles"] == []
    for action in ("group.role_added", "group.role_removed"):
        assert [row["target"] for row in await on_both.trail(action)] == [group]


async def test_a_role_has_to_be_registered_for_everywhere_or_for_the_organization_of_the_group(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    administrator = await officer(on_both, "ADMIN", organization_id=here)
    maintenance = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    group, of_everywhere = await on_both.group(organization_id=here), await on_both.group()
    own, foreign = await on_both.role("OWN", here), await on_both.role("FOREIGN", there)
    anywhere = await on_both.role("ANYWHERE")

    for role in ("NOT_REGISTERED", "ADMIN", "own", foreign):
        refused(await administrator.post(f"/groups/{group}/roles", json={"role": role}), 400, "107")
        refused(await maintenance.post(f"/groups/{group}/roles", json={"role": role}), 400, "107")
    refused(await maintenance.post(f"/groups/{of_everywhere}/roles", json={"role": own}), 400, "107")
    assert (await maintenance.post(f"/groups/{group}/roles", json={"role": anywhere})).status_code == 201
    assert (await administrator.post(f"/groups/{group}/roles", json={"role": own})).status_code == 201


async def test_nobody_lets_a_group_carry_a_role_that_they_do_not_hold(on_both: Given):
    here = await on_both.organization()
    business = await on_both.business(here)
    own, anywhere = await on_both.role("OWN", here), await on_both.role("ANYWHERE")
    of_here = await on_both.group(organization_id=here)
    of_business = await on_both.group(organization_id=here, business_id=business)
    administrator = await officer(on_both, "ADMIN", organization_id=here)
    owner = await owner_of(on_both, business, organization_id=here)
    with_role = await owner_of(on_both, business, anywhere, organization_id=here)
    person = await on_both.user(None, anywhere, organization_id=here)
    of_person = await on_both.group(organization_id=here, owner_id=person.id)
    caller = await on_both.person(person, await on_both.client())

    # Whoever registers roles holds them, and no others.
    assert (await administrator.post(f"/groups/{of_here}/roles", json={"role": own})).status_code == 201
    refused(await administrator.post(f"/groups/{of_here}/roles", json={"role": anywhere}), 403, "302")
    refused(await owner.post(f"/groups/{of_business}/roles", json={"role": own}), 403, "302")
    refused(await owner.post(f"/groups/{of_business}/roles", json={"role": anywhere}), 403, "302")
    assert (await with_role.post(f"/groups/{of_business}/roles", json={"role": anywhere})).status_code == 201
    refused(await caller.post(f"/groups/{of_person}/roles", json={"role": own}), 403, "302")
    assert (await caller.post(f"/groups/{of_person}/roles", json={"role": anywhere})).status_code == 201


async def test_a_role_added_by_several_at_once_is_added_once(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    role, group = await on_both.role(), await on_both.group()

    answers = await at_once(*(caller.post(f"/groups/{group}/roles", json={"role": role}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]

    answers = await at_once(*(caller.delete(f"/groups/{group}/roles/{role}") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]


async def test_a_group_carries_so_many_roles_and_no_more(given: Given):
    caller = await given.administrator(await given.client())
    roles = [await given.role() for _ in range(MAXIMUM_ROLES + 2)]
    group = await given.group(*roles[: MAXIMUM_ROLES - 1])

    answers = await at_once(
        *(caller.post(f"/groups/{group}/roles", json={"role": role}) for role in roles[MAXIMUM_ROLES - 1 :])
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refusal = next(answer for answer in answers if answer.status_code == 409)
    refused(refusal, 409, "404")
    assert str(MAXIMUM_ROLES) in refusal.text


async def test_what_is_no_role_is_refused(given: Given):
    caller = await given.administrator(await given.client())
    group = await given.group()
    for body, code in (
        ({}, "101"),
        ({"role": ""}, "102"),
        ({"role": "A-B"}, "102"),
        ({"role": 1}, "102"),
        ({"role": None}, "102"),
    ):
        refused(await caller.post(f"/groups/{group}/roles", json=body), 400, code)
