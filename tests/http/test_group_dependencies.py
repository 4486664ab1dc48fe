"""GR-08 and GR-09: groups that depend on groups."""

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

import pytest

from authme.groups.bounds import MAXIMUM_DEPTH, MAXIMUM_DIRECT
from authme.groups.effective import MAXIMUM_GROUPS
from support.answers import refused
from support.api import Api
from support.given import Given, MakeGiven, at_once
from support.groups import NOBODY, dependency, officer, owner_of
from support.two_engines import rows_of


async def dependencies(given: Given) -> set[tuple[object, ...]]:
    return set(await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT group_id, depends_on_id FROM group_dependency"))


async def groups(given: Given, count: int, **place: Any) -> list[str]:
    return [await given.group(**place) for _ in range(count)]


async def chain(given: Given, count: int) -> list[str]:
    """Return groups of which each depends on the next."""
    made: list[str] = []
    for _ in range(count):
        made.insert(0, await given.group(depends_on=tuple(made[:1])))
    return made


async def on_two_workers(given: Given, make_given: MakeGiven) -> list[Api]:
    """Return the same caller on two servers over one database."""
    token = await given.user_token(await given.user(None, "IAM_ADMIN_MAINTENANCE"), await given.client())
    return [given.api.as_(token), (await make_given(beside=given)).api.as_(token)]


async def test_a_dependency_is_made_and_removed(on_both: Given):
    caller = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    group, base = await groups(on_both, 2)

    answer = await caller.post(f"/groups/{group}/dependencies", json={"groupId": base})

    assert (answer.status_code, answer.json()) == (201, {"groupId": group, "dependencyGroupId": base})
    assert (await caller.get(f"/groups/{group}")).json()["dependencies"] == [base]
    refused(await caller.post(f"/groups/{group}/dependencies", json={"groupId": base}), 409, "403")
    refused(await caller.delete(f"/groups/{base}/dependencies/{group}"), 404, "401")
    assert (await caller.delete(f"/groups/{group}/dependencies/{base}")).status_code == 204
    refused(await caller.delete(f"/groups/{group}/dependencies/{base}"), 404, "401")
    assert await dependencies(on_both) == set()
    for action in ("group.dependency_added", "group.dependency_removed"):
        assert [row["target"] for row in await on_both.trail(action)] == [group]


async def test_no_group_comes_to_depend_on_itself(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    first, second, third = await chain(on_both, 3)

    for group, on in ((first, first), (second, first), (third, first), (third, second)):
        refused(await caller.post(f"/groups/{group}/dependencies", json={"groupId": on}), 409, "405")

    assert await dependencies(on_both) == {(first, second), (second, third)}
    assert await dependency(caller, first, third) == 201


@pytest.mark.parametrize("count", [2, 3])
async def test_requests_that_would_make_a_cycle_together_come_one_after_the_other(
    on_both: Given, make_given: MakeGiven, count: int
):
    """Also where each is another worker process's: one of them is refused, whichever."""
    callers = await on_two_workers(on_both, make_given)
    for _ in range(6):
        around = await groups(on_both, count)

        statuses = await at_once(
            *(dependency(callers[number % 2], group, around[(number + 1) % count]) for number, group in enumerate(around))
        )

        assert sorted(statuses) == [201] * (count - 1) + [409]


async def test_the_other_group_has_to_be_there_for_the_caller(on_both: Given):
    here, there = await on_both.organization(), await on_both.organization()
    business, sibling = await on_both.business(here), await on_both.business(here)
    administrator = await officer(on_both, "ADMIN", organization_id=here)
    owner = await owner_of(on_both, business, organization_id=here)
    group = await on_both.group(organization_id=here)
    of_business = await on_both.group(organization_id=here, business_id=business)
    unseen = [
        await on_both.group(organization_id=here, business_id=sibling),
        await on_both.group(organization_id=here),
        await on_both.group(),
    ]

    for other in (await on_both.group(organization_id=there), await on_both.group(), NOBODY):
        refused(await administrator.post(f"/groups/{group}/dependencies", json={"groupId": other}), 400, "107")
        refused(await administrator.post(f"/groups/{other}/dependencies", json={"groupId": group}), 404, "401")
    for other in unseen:
        refused(await owner.post(f"/groups/{of_business}/dependencies", json={"groupId": other}), 400, "107")
    for body, code in (({}, "101"), ({"groupId": "x"}, "102"), ({"groupId": None}, "102")):
        refused(await administrator.post(f"/groups/{group}/dependencies", json=body), 400, code)


async def test_the_other_group_has_to_reach_as_far(on_both: Given):
    organization, elsewhere = await on_both.organization(), await on_both.organization()
    corporate, other_corporate = await on_both.corporate_group(organization), await on_both.corporate_group(organization)
    business = await on_both.business(organization, corporate_group_id=corporate)
    sibling = await on_both.business(organization, corporate_group_id=corporate)
    apart = await on_both.business(organization)
    place = {"organization_id": organization}
    made = {
        "everywhere": {},
        "organization": place,
        "elsewhere": {"organization_id": elsewhere},
        "corporate": place | {"corporate_group_id": corporate},
        "other corporate": place | {"corporate_group_id": other_corporate},
        "business": place | {"business_id": business},
        "sibling": place | {"business_id": sibling},
        "apart": place | {"business_id": apart},
    }
    as_far = {
        "everywhere": {"everywhere"},
        "organization": {"everywhere", "organization"},
        "elsewhere": {"everywhere", "elsewhere"},
        "corporate": {"everywhere", "organization", "corporate"},
        "other corporate": {"everywhere", "organization", "other corporate"},
        "business": {"everywhere", "organization", "corporate", "business"},
        "sibling": {"everywhere", "organization", "corporate", "sibling"},
        "apart": {"everywhere", "organization", "apart"},
    }
    caller = await on_both.administrator(await on_both.client())

    for name, others in as_far.items():
        for other, where in made.items():
            group, on = await on_both.group(**made[name]), await on_both.group(**where)
            answer = await caller.post(f"/groups/{group}/dependencies", json={"groupId": on})
            assert answer.status_code == (201 if other in others else 409), (name, other, answer.text)


async def test_nobody_hands_on_by_a_dependency_what_they_do_not_hold(on_both: Given):
    """All roles that the other gives count, also those that it has from groups it depends on itself."""
    organization = await on_both.organization()
    business = await on_both.business(organization)
    place = {"organization_id": organization, "business_id": business}
    role, far = await on_both.role("NEAR", organization), await on_both.role("FAR")
    base = await on_both.group(far, **place)
    middle = await on_both.group(**place, depends_on=(base,))
    near = await on_both.group(role, **place)
    group = await on_both.group(**place)
    administrator = await officer(on_both, "ADMIN", organization_id=organization)
    owner = await owner_of(on_both, business, organization_id=organization)
    holder = await owner_of(on_both, business, far, organization_id=organization)

    assert await dependency(owner, group, near) == 403
    assert await dependency(owner, group, middle) == 403
    assert await dependency(administrator, group, near) == 201
    assert await dependency(administrator, group, middle) == 403
    assert await dependency(holder, group, middle) == 201


async def test_a_group_depends_on_so_many_and_no_more(given: Given):
    caller = await given.administrator(await given.client())
    others = await groups(given, MAXIMUM_DIRECT + 2)
    group = await given.group(depends_on=tuple(others[: MAXIMUM_DIRECT - 1]))

    answers = await at_once(
        *(caller.post(f"/groups/{group}/dependencies", json={"groupId": other}) for other in others[MAXIMUM_DIRECT - 1 :])
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused(next(answer for answer in answers if answer.status_code == 409), 409, "404")


async def test_groups_depend_on_each_other_so_deep_and_no_deeper_from_whichever_end_they_are_put_together(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    upper, lower = await chain(on_both, MAXIMUM_DEPTH // 2), await chain(on_both, MAXIMUM_DEPTH // 2)
    top, bottom = await groups(on_both, 2)

    assert await dependency(caller, upper[-1], lower[0]) == 201
    for group, on in ((top, upper[0]), (lower[-1], bottom)):
        answer = await caller.post(f"/groups/{group}/dependencies", json={"groupId": on})
        refused(answer, 409, "404")
        assert str(MAXIMUM_DEPTH) in answer.text
    assert await dependency(caller, top, upper[1]) == 201
    assert await dependency(caller, lower[-2], bottom) == 201


async def fan(given: Given, count: int) -> tuple[str, Sequence[str]]:
    """Return a group that depends on so many others, over two levels, and those of the first level."""
    levels = []
    while count > 0:
        below = await groups(given, min(count - 1, MAXIMUM_DIRECT - 5))
        levels.append(await given.group(depends_on=tuple(below)))
        count -= len(below) + 1
    return await given.group(depends_on=tuple(levels)), levels


async def test_what_a_group_depends_on_has_an_end_from_whichever_end_it_is_put_together(given: Given):
    caller = await given.administrator(await given.client())
    top, levels = await fan(given, MAXIMUM_GROUPS - 2)
    above = await given.group(depends_on=(top,))
    one_more = await given.group()

    for group in (above, top, levels[0]):
        answer = await caller.post(f"/groups/{group}/dependencies", json={"groupId": one_more})
        refused(answer, 409, "404")
        assert str(MAXIMUM_GROUPS) in answer.text
    # It is not the number of dependencies, but of groups.
    assert await dependency(caller, above, levels[0]) == 201


async def test_a_dependency_made_by_several_at_once_is_made_once(on_both: Given):
    caller = await on_both.administrator(await on_both.client())
    group, base = await groups(on_both, 2)

    assert sorted(await at_once(*(dependency(caller, group, base) for _ in range(4)))) == [201, 409, 409, 409]
    answers = await at_once(*(caller.delete(f"/groups/{group}/dependencies/{base}") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]


async def test_dependencies_made_removed_and_groups_deleted_at_once_leave_no_cycle_and_no_error(
    on_both: Given, make_given: MakeGiven
):
    callers = await on_two_workers(on_both, make_given)
    some = await groups(on_both, 4)
    pairs = [(a, b) for a in some for b in some if a != b]

    answers = await at_once(
        *(callers[number % 2].post(f"/groups/{a}/dependencies", json={"groupId": b}) for number, (a, b) in enumerate(pairs)),
        *(callers[number % 2].delete(f"/groups/{a}/dependencies/{b}") for number, (a, b) in enumerate(pairs)),
        callers[1].delete(f"/groups/{some[0]}"),
    )

    assert {answer.status_code for answer in answers} <= {201, 204, 400, 404, 409}
    left = await dependencies(on_both)
    # It raises for a cycle.
    list(TopologicalSorter({group: [on for one, on in left if one == group] for group in some}).static_order())
