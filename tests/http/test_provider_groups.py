"""Groups that an identity provider puts people in: whoever manages it hands on what they carry."""

from typing import Any

import pytest

from support.answers import refused
from support.api import Api
from support.given import Given, GivenClient
from support.providers import ALL, changed, made, oidc, path_of, saml


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def admin(given: Given, organization_id: str) -> Api:
    return await given.person(await given.user(None, "ADMIN", organization_id=organization_id), await given.client())


def with_groups(**group_map: str) -> dict[str, Any]:
    return oidc(groupMap=group_map, claims={"groups": "groups"})


async def test_those_of_its_organisation_are_taken(on_both: Given):
    here = await on_both.organization()
    caller = await admin(on_both, here)
    group = await on_both.group(await on_both.role(organization_id=here), organization_id=here)

    provider = await made(caller, with_groups(staff=group, bosses=group))

    assert provider["oidc"]["groupMap"] == {"staff": group, "bosses": group}
    of_saml = await made(caller, saml(groupMap={"staff": group}))
    assert of_saml["saml"]["groupMap"] == {"staff": group}


async def test_one_elsewhere_is_not_there(given: Given):
    here, there = await given.organization(), await given.organization()
    caller = await admin(given, here)
    mine, theirs, everybodys = [await given.group(organization_id=one) for one in (here, there, None)]

    answer = await caller.post(ALL, json=with_groups(a=mine, b=theirs, c=everybodys, d="0" * 24))

    refused(answer, 400, "107", "107", "107")
    assert [item["message"].split("`")[1] for item in answer.json()] == [f"oidc.groupMap.{name}" for name in "bcd"]


async def test_a_provider_of_an_organisation_reaches_no_further_whoever_makes_it(given: Given, maintenance: Api):
    here, there = await given.organization(), await given.organization()
    mine, theirs, everybodys = [await given.group(organization_id=one) for one in (here, there, None)]
    body = with_groups(a=mine, b=theirs, c=everybodys)

    refused(await maintenance.post(ALL, json=body | {"organizationId": here}), 400, "102", "102")
    assert (await made(maintenance, body))["organizationId"] is None


async def test_those_of_a_business_a_corporate_group_or_a_person_are_not_taken(given: Given, maintenance: Api):
    here = await given.organization()
    person = await given.user(organization_id=here)
    places = [
        {"business_id": await given.business(here)},
        {"corporate_group_id": await given.corporate_group(here)},
        {"owner_id": person.id},
    ]
    groups = [await given.group(organization_id=here, **place) for place in places]

    answer = await maintenance.post(
        ALL, json=with_groups(**{f"g{n}": group for n, group in enumerate(groups)}) | {"organizationId": here}
    )

    refused(answer, 400, "102", "102", "102")


class TestRolesOfGroups:
    async def test_one_that_cannot_be_handed_on_is_refused_also_below_the_group(self, on_both: Given):
        here = await on_both.organization()
        caller = await admin(on_both, here)
        base = await on_both.group(await on_both.role("AUDITOR"), organization_id=here)
        group = await on_both.group(organization_id=here, depends_on=(base,))

        answer = await caller.post(ALL, json=with_groups(staff=group))

        refused(answer, 403, "302")
        assert "AUDITOR" in answer.text

    async def test_whoever_may_not_hand_it_on_cannot_turn_the_provider_to_other_people(self, on_both: Given):
        """Else an administrator could let a provider of their own say who is in a group that they may not fill."""
        here = await on_both.organization()
        maintenance, caller = await on_both.administrator(await on_both.client()), await admin(on_both, here)
        group = await on_both.group(await on_both.role("AUDITOR"), organization_id=here)
        provider = await made(maintenance, with_groups(staff=group) | {"organizationId": here})

        body = with_groups(staff=group)
        body["oidc"]["issuer"] = "https://elsewhere.example.com"

        refused(await caller.put(path_of(provider), json=changed(body)), 403, "302")
        assert (await caller.put(path_of(provider), json=changed(oidc()))).status_code == 200
