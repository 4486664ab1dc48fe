"""SA-01 to SA-03: service accounts in groups."""

from typing import Any

import pytest

from support.accesses import NOBODY, added, memberships, named, officer, services_of
from support.answers import refusal, refused
from support.api import Api
from support.given import Given, at_once, claims


def _named(*ids: str) -> list[dict[str, str]]:
    return named(*ids, field="serviceId")


async def _added(caller: Api, group: str, *ids: str) -> None:
    await added(caller, services_of(group), *ids, field="serviceId")


async def test_a_service_account_holds_the_roles_of_its_groups_until_it_is_taken_out(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group, service = await on_both.group(await on_both.role("READER")), await on_both.service_account()
    client = await on_both.client(service_account_id=service)

    await _added(administrator, group, service, service)
    await _added(administrator, group, service)

    token = await on_both.client_token(client)
    assert "ROLE_READER" in claims(token)["authorities"]
    assert (await on_both.caller(token)).has("READER")
    assert [row["target"] for row in await on_both.trail("access.added")] == [service]

    assert (await administrator.delete(f"{services_of(group)}/{service}")).status_code == 204

    assert not (await on_both.caller(token)).has("READER")
    assert "ROLE_READER" not in claims(await on_both.client_token(client))["authorities"]
    refused(await administrator.delete(f"{services_of(group)}/{service}"), 404, "401")
    (row,) = await on_both.trail("access.removed")
    assert row["target"] == service


async def test_a_user_with_the_id_of_a_service_account_holds_none_of_its_roles(on_both: Given):
    """The id of a user can be chosen by whoever makes it (UI-01)."""
    group, service = await on_both.group(await on_both.role("READER")), await on_both.service_account()
    await on_both.member(group, "SERVICE", service)
    await on_both.client_token(await on_both.client(service_account_id=service))

    double = await on_both.user(user_id=service)

    token = await on_both.user_token(double, await on_both.client())
    assert "ROLE_READER" not in claims(token)["authorities"]


async def test_all_are_added_or_none_and_each_that_is_not_there_is_named(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    group = await on_both.group(organization_id=here)
    ours = await on_both.service_account(here)
    theirs, of_none = await on_both.service_account(there), await on_both.service_account()
    caller = await officer(on_both, "ADMIN", organization_id=here)

    answer = await caller.post(services_of(group), json=_named(theirs, ours, of_none, NOBODY))

    refused(answer, 400, "107", "107", "107")
    assert [one["message"].split("`")[1] for one in answer.json()] == [f"[{place}].serviceId" for place in (0, 2, 3)]
    assert await memberships(on_both) == []
    await _added(caller, group, ours)


async def test_a_group_of_an_organisation_takes_no_service_of_another_whoever_adds_it(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    everything = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    theirs, of_none = await on_both.service_account(there), await on_both.service_account()

    for one in (theirs, of_none):
        refused(await everything.post(services_of(await on_both.group(organization_id=here)), json=_named(one)), 400, "107")
    await _added(everything, await on_both.group(), theirs, of_none)


async def test_a_group_of_a_business_takes_services_of_that_business_only(on_both: Given):
    here = await on_both.organization("Here")
    business, sibling = await on_both.business(here), await on_both.business(here)
    group = await on_both.group(organization_id=here, business_id=business)
    ours = await on_both.service_account(here, business_id=business)
    others = [await on_both.service_account(here, business_id=sibling), await on_both.service_account(here)]

    for caller in (
        await officer(on_both, "BUSINESSADMIN", business_id=business),
        await officer(on_both, "ADMIN", organization_id=here),
        await officer(on_both, "IAM_ADMIN_MAINTENANCE"),
    ):
        for other in others:
            refused(await caller.post(services_of(group), json=_named(ours, other)), 400, "107")
        await _added(caller, group, ours)


async def test_a_group_of_a_corporate_group_takes_services_of_its_businesses_only(on_both: Given):
    here = await on_both.organization("Here")
    corporate = await on_both.corporate_group(here)
    inside, outside = await on_both.business(here, corporate_group_id=corporate), await on_both.business(here)
    group = await on_both.group(organization_id=here, corporate_group_id=corporate)
    ours, theirs = [await on_both.service_account(here, business_id=one) for one in (inside, outside)]
    caller = await officer(on_both, "ADMIN", organization_id=here)

    refused(await caller.post(services_of(group), json=_named(ours, theirs)), 400, "107")
    await _added(caller, group, ours)


async def test_nobody_hands_on_a_role_that_they_do_not_hold(on_both: Given):
    here = await on_both.organization("Here")
    service = await on_both.service_account(here)
    group = await on_both.group(await on_both.role("OTHER"), organization_id=here)
    caller, holder = [await officer(on_both, "ADMIN", *roles, organization_id=here) for roles in ((), ("OTHER",))]

    refused(await caller.post(services_of(group), json=_named(service)), 403, "302")
    await _added(holder, group, service)


async def test_outside_its_relation_a_group_does_not_exist(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    service = await on_both.service_account(here)
    group = await on_both.group(organization_id=here)
    await on_both.member(group, "SERVICE", service)

    for caller in (await officer(on_both, "ADMIN", organization_id=there), await officer(on_both, organization_id=here)):
        refused(await caller.get(services_of(group)), 404, "401")
        refused(await caller.post(services_of(group), json=_named(service)), 404, "401")
        refused(await caller.delete(f"{services_of(group)}/{service}"), 404, "401")
    assert len(await memberships(on_both)) == 1


async def test_a_list_says_of_services_what_the_caller_sees_elsewhere_too(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    group = await on_both.group(organization_id=here)
    ours, theirs = await on_both.service_account(here, name="Ours"), await on_both.service_account(there, name="Theirs")
    for one in (ours, theirs):
        await on_both.member(group, "SERVICE", one)
    caller = await officer(on_both, "ADMIN", organization_id=here)

    found = (await caller.get(services_of(group))).json()

    shown = {ours: {"serviceId": ours, "name": "Ours"}, theirs: {"serviceId": theirs}}
    assert found == {"items": [shown[one] for one in sorted(shown)], "nextCursor": None}


@pytest.mark.parametrize("body", [[], [{}], [{"userId": NOBODY}], [{"serviceId": "x"}], _named(*[NOBODY] * 1001)])
async def test_a_wrong_body_is_refused(given: Given, body: Any):
    administrator, group = await given.administrator(await given.client()), await given.group()

    assert (await administrator.post(services_of(group), json=body)).status_code == 400


async def test_adding_taking_out_and_deleting_the_group_at_once(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    services = [await on_both.service_account() for _ in range(3)]
    for _ in range(3):
        group = await on_both.group()

        answers = await at_once(
            *(administrator.post(services_of(group), json=_named(*services)) for _ in range(3)),
            *(administrator.delete(f"{services_of(group)}/{one}") for one in services),
            administrator.delete(f"/groups/{group}"),
            *(administrator.post(services_of(group), json=_named(*reversed(services))) for _ in range(3)),
        )

        for answer in answers:
            assert answer.status_code in {200, 204} or refusal(answer) == (404, ["401"]), answer.text
        assert await memberships(on_both) == []
