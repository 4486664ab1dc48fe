"""UA-01 to UA-06: who may put whom into which group."""

from support.accesses import added, business_users_of, memberships, named, officer, roles_of, user_ids, users_of
from support.answers import refused
from support.given import Given


async def test_nobody_hands_on_a_role_that_they_do_not_hold(on_both: Given):
    here = await on_both.organization("Here")
    for name in ("HELD", "OTHER"):
        await on_both.role(name)
    await on_both.role("OURS", here)
    group_of_held, group_of_other = await on_both.group("HELD", organization_id=here), await on_both.group("OTHER")
    group_of_both = await on_both.group("HELD", "OTHER", organization_id=here)
    group_of_ours = await on_both.group("OURS", organization_id=here)
    depending = await on_both.group("HELD", depends_on=(group_of_other,), organization_id=here)
    me, maria = await on_both.user(None, "ADMIN", "HELD", organization_id=here), await on_both.user(organization_id=here)
    caller = await on_both.person(me, await on_both.client())

    for group in (group_of_both, depending):
        for user in (maria, me):
            answer = await caller.post(users_of(group), json=named(user.id))
            refused(answer, 403, "302")
            assert "OTHER" in answer.json()[0]["message"]
    await added(caller, users_of(group_of_held), maria.id)
    await added(caller, users_of(group_of_ours), maria.id, me.id)
    assert set(await roles_of(on_both, maria)) >= {"HELD", "OURS"}
    assert "OTHER" not in await roles_of(on_both, maria)


async def test_a_role_that_is_held_through_a_group_can_be_handed_on(on_both: Given):
    here = await on_both.organization("Here")
    await on_both.role("HELD")
    group = await on_both.group("HELD", organization_id=here)
    me, maria = await on_both.user(None, "ADMIN", organization_id=here), await on_both.user(organization_id=here)
    await on_both.member(group, "USER", me.id)
    caller = await on_both.person(me, await on_both.client())

    await added(caller, users_of(group), maria.id)


async def test_a_business_officer_hands_on_only_what_they_hold(on_both: Given):
    business = await on_both.business()
    await on_both.role("HELD")
    await on_both.role("OTHER")
    held, other = await on_both.group("HELD", business_id=business), await on_both.group("OTHER", business_id=business)
    caller = await officer(on_both, "BUSINESSOWNER", "HELD", business_id=business)
    maria = await on_both.user(business_id=business)

    for path in (users_of, business_users_of):
        refused(await caller.post(path(other), json=named(maria.id)), 403, "302")
        await added(caller, path(held), maria.id)


async def test_outside_its_relation_a_group_does_not_exist(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    business, sibling = await on_both.business(here), await on_both.business(here)
    member = await on_both.user(organization_id=here)
    person, other = await on_both.user(organization_id=here), await on_both.user(organization_id=here)
    groups = {
        "none": await on_both.group(),
        "here": await on_both.group(organization_id=here),
        "there": await on_both.group(organization_id=there),
        "business": await on_both.group(organization_id=here, business_id=business),
        "sibling": await on_both.group(organization_id=here, business_id=sibling),
        "person": await on_both.group(organization_id=here, owner_id=person.id),
        "other": await on_both.group(organization_id=here, owner_id=other.id),
    }
    for group in groups.values():
        await on_both.member(group, "USER", member.id)
        await on_both.member(group, "BUSINESS_USER", member.id)
    client = await on_both.client()
    reached = {
        await officer(on_both, "ADMIN", organization_id=here): {"here", "business", "sibling", "person", "other"},
        await officer(on_both, "BUSINESSOWNER", business_id=business): {"business"},
        await officer(on_both, "BUSINESSADMIN", business_id=sibling): {"sibling"},
        await on_both.person(person, client): {"person"},
        await officer(on_both, "ADMIN"): set(),
        await officer(on_both, "BUSINESSOWNER"): set(),
        await officer(on_both, "IAM_ADMIN_MAINTENANCE"): set(groups),
    }

    for caller, names in reached.items():
        for name, group in groups.items():
            for path in (users_of(group), business_users_of(group)):
                answer = await caller.get(path)
                assert answer.status_code == (200 if name in names else 404), name
                if name not in names:
                    refused(await caller.post(path, json=named(member.id)), 404, "401")
                    refused(await caller.delete(f"{path}/{member.id}"), 404, "401")
    assert len(await memberships(on_both)) == 2 * len(groups)


async def test_a_person_adds_themself_to_their_own_group_and_nobody_else(on_both: Given):
    person, other = await on_both.user(), await on_both.user()
    group = await on_both.group(owner_id=person.id)
    caller = await on_both.person(person, await on_both.client())

    refused(await caller.post(users_of(group), json=named(other.id)), 400, "107")
    refused(await caller.post(users_of(group), json=named(person.id, other.id)), 400, "107")
    await added(caller, users_of(group), person.id)
    refused(await caller.post(business_users_of(group), json=named(person.id)), 409, "404")

    assert await user_ids(caller, users_of(group)) == [person.id]


async def test_an_administrator_adds_users_of_the_organisation_only(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    group = await on_both.group(organization_id=here)
    ours, theirs, of_none = (
        await on_both.user(organization_id=here),
        await on_both.user(organization_id=there),
        await on_both.user(),
    )
    caller = await officer(on_both, "ADMIN", organization_id=here)

    for stranger in (theirs, of_none):
        refused(await caller.post(users_of(group), json=named(stranger.id)), 400, "107")
    await added(caller, users_of(group), ours.id)
    everything = await officer(on_both, "IAM_ADMIN_MAINTENANCE")
    await added(everything, users_of(group), theirs.id, of_none.id)


async def test_into_the_group_of_a_business_come_its_users_only(on_both: Given):
    here = await on_both.organization("Here")
    business, sibling = await on_both.business(here), await on_both.business(here)
    group = await on_both.group(organization_id=here, business_id=business)
    ours, theirs = await on_both.user(business_id=business), await on_both.user(business_id=sibling)
    of_none = await on_both.user(organization_id=here)
    everything = await on_both.administrator(await on_both.client())
    callers = (
        await officer(on_both, "BUSINESSADMIN", business_id=business),
        await officer(on_both, "ADMIN", organization_id=here),
        everything,
    )

    for caller in callers:
        for path in (users_of(group), business_users_of(group)):
            for stranger in (theirs, of_none):
                refused(await caller.post(path, json=named(ours.id, stranger.id)), 400, "107")
            await added(caller, path, ours.id)
    assert await user_ids(everything, users_of(group)) == [ours.id]
    assert await user_ids(everything, business_users_of(group)) == [ours.id]


async def test_into_the_group_of_a_corporate_group_come_users_of_its_businesses_only(on_both: Given):
    here = await on_both.organization("Here")
    corporate = await on_both.corporate_group(here)
    inside, outside = await on_both.business(here, corporate_group_id=corporate), await on_both.business(here)
    group = await on_both.group(organization_id=here, corporate_group_id=corporate)
    caller = await officer(on_both, "ADMIN", organization_id=here)
    ours, theirs = await on_both.user(business_id=inside), await on_both.user(business_id=outside)
    of_none = await on_both.user(organization_id=here)

    for stranger in (theirs, of_none):
        refused(await caller.post(users_of(group), json=named(ours.id, stranger.id)), 400, "107")
    await added(caller, users_of(group), ours.id)
    refused(await caller.post(business_users_of(group), json=named(ours.id)), 409, "404")
