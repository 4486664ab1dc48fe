"""BA-01 to BA-03: businesses in groups."""

from typing import Any

import pytest

from support.accesses import NOBODY, added, businesses_of, memberships, named, officer, roles_of
from support.answers import refusal, refused
from support.api import Api
from support.given import Given, at_once


def _named(*ids: str) -> list[dict[str, str]]:
    return named(*ids, field="businessId")


async def _added(caller: Api, group: str, *ids: str) -> None:
    await added(caller, businesses_of(group), *ids, field="businessId")


async def test_all_users_of_a_business_hold_the_roles_of_its_groups(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group = await on_both.group(await on_both.role("SELLER"))
    business, other = await on_both.business(), await on_both.business()
    maria, joana = await on_both.user(business_id=business), await on_both.user(business_id=other)

    await _added(administrator, group, business, business)
    await _added(administrator, group, business)

    assert "SELLER" in await roles_of(on_both, maria)
    assert "SELLER" not in await roles_of(on_both, joana)
    assert [row["target"] for row in await on_both.trail("access.added")] == [business]


async def test_a_business_that_is_taken_out_takes_its_users_running_sessions_along(on_both: Given):
    client, business = await on_both.client(), await on_both.business()
    administrator = await on_both.administrator(client)
    group = await on_both.group(await on_both.role("SELLER"))
    maria, joana = await on_both.user(business_id=business), await on_both.user(business_id=business)
    await _added(administrator, group, business)
    await on_both.member(group, "USER", joana.id)
    tokens = [await on_both.user_token(one, client) for one in (maria, joana)]
    assert [(await on_both.caller(token)).has("SELLER") for token in tokens] == [True, True]

    assert (await administrator.delete(f"{businesses_of(group)}/{business}")).status_code == 204

    assert [(await on_both.caller(token)).has("SELLER") for token in tokens] == [False, True]
    refused(await administrator.delete(f"{businesses_of(group)}/{business}"), 404, "401")
    (row,) = await on_both.trail("access.removed")
    assert row["target"] == business


async def test_all_are_added_or_none_and_each_that_is_not_there_is_named(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    group = await on_both.group(organization_id=here)
    ours, theirs, of_none = await on_both.business(here), await on_both.business(there), await on_both.business()
    user = await on_both.user(organization_id=here)
    caller = await officer(on_both, "ADMIN", organization_id=here)

    answer = await caller.post(businesses_of(group), json=_named(ours, theirs, of_none, NOBODY, user.id))

    refused(answer, 400, "107", "107", "107", "107")
    assert [one["message"].split("`")[1] for one in answer.json()] == [f"[{place}].businessId" for place in (1, 2, 3, 4)]
    assert await memberships(on_both) == []
    await _added(caller, group, ours)


async def test_a_group_of_an_organisation_takes_no_business_of_another_whoever_adds_it(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    everything = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    ours, theirs = await on_both.business(here), await on_both.business(there)

    refused(await everything.post(businesses_of(await on_both.group(organization_id=here)), json=_named(theirs)), 400, "107")
    await _added(everything, await on_both.group(), ours, theirs)


async def test_a_group_of_a_business_takes_that_business_only(on_both: Given):
    here = await on_both.organization("Here")
    business, sibling = await on_both.business(here), await on_both.business(here)
    group = await on_both.group(organization_id=here, business_id=business)

    for caller in (
        await officer(on_both, "BUSINESSOWNER", business_id=business),
        await officer(on_both, "ADMIN", organization_id=here),
        await officer(on_both, "IAM_ADMIN_MAINTENANCE"),
    ):
        refused(await caller.post(businesses_of(group), json=_named(business, sibling)), 400, "107")
        await _added(caller, group, business)


async def test_a_group_of_a_corporate_group_takes_its_businesses_only(on_both: Given):
    here = await on_both.organization("Here")
    corporate, other = await on_both.corporate_group(here), await on_both.corporate_group(here)
    inside = await on_both.business(here, corporate_group_id=corporate)
    outside = [await on_both.business(here), await on_both.business(here, corporate_group_id=other)]
    group = await on_both.group(organization_id=here, corporate_group_id=corporate)
    caller = await officer(on_both, "ADMIN", organization_id=here)

    for one in outside:
        refused(await caller.post(businesses_of(group), json=_named(inside, one)), 400, "107")
    await _added(caller, group, inside)


async def test_nobody_hands_on_a_role_that_they_do_not_hold(on_both: Given):
    here = await on_both.organization("Here")
    business = await on_both.business(here)
    group = await on_both.group(await on_both.role("OTHER"), organization_id=here)
    depending = await on_both.group(depends_on=(group,), organization_id=here)
    caller, holder = [await officer(on_both, "ADMIN", *roles, organization_id=here) for roles in ((), ("OTHER",))]

    for one in (group, depending):
        refused(await caller.post(businesses_of(one), json=_named(business)), 403, "302")
        await _added(holder, one, business)


async def test_outside_its_relation_a_group_does_not_exist(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    business = await on_both.business(here)
    group = await on_both.group(organization_id=here)
    await on_both.member(group, "BUSINESS", business)

    for caller in (
        await officer(on_both, "ADMIN", organization_id=there),
        await officer(on_both, "BUSINESSOWNER", business_id=business),
        await officer(on_both, organization_id=here),
    ):
        refused(await caller.get(businesses_of(group)), 404, "401")
        refused(await caller.post(businesses_of(group), json=_named(business)), 404, "401")
        refused(await caller.delete(f"{businesses_of(group)}/{business}"), 404, "401")
    assert len(await memberships(on_both)) == 1


async def test_a_list_says_of_businesses_what_the_caller_sees_elsewhere_too(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    group = await on_both.group(organization_id=here)
    ours = await on_both.business(here, name="Ours", document="12ABC34501DE35")
    theirs = await on_both.business(there, name="Theirs")
    for one in (ours, theirs):
        await on_both.member(group, "BUSINESS", one)
    caller = await officer(on_both, "ADMIN", organization_id=here)

    shown = {ours: {"businessId": ours, "name": "Ours", "document": "12ABC34501DE35"}, theirs: {"businessId": theirs}}
    first = (await caller.get(businesses_of(group), params={"limit": 1})).json()
    second = (await caller.get(businesses_of(group), params={"limit": 1, "cursor": first["nextCursor"]})).json()

    assert [*first["items"], *second["items"]] == [shown[one] for one in sorted(shown)]
    assert second["nextCursor"] is None


@pytest.mark.parametrize("body", [[], [{}], [{"userId": NOBODY}], [{"businessId": "x"}], _named(*[NOBODY] * 1001)])
async def test_a_wrong_body_is_refused(given: Given, body: Any):
    administrator, group = await given.administrator(await given.client()), await given.group()

    assert (await administrator.post(businesses_of(group), json=body)).status_code == 400


async def test_adding_taking_out_and_deleting_the_group_at_once(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    businesses = [await on_both.business() for _ in range(3)]
    for _ in range(3):
        group = await on_both.group()

        answers = await at_once(
            *(administrator.post(businesses_of(group), json=_named(*businesses)) for _ in range(3)),
            *(administrator.delete(f"{businesses_of(group)}/{one}") for one in businesses),
            administrator.delete(f"/groups/{group}"),
            *(administrator.post(businesses_of(group), json=_named(*reversed(businesses))) for _ in range(3)),
        )

        for answer in answers:
            assert answer.status_code in {200, 204} or refusal(answer) == (404, ["401"]), answer.text
        assert await memberships(on_both) == []
