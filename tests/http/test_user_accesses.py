"""UA-01 to UA-06: users in groups."""

import asyncio
import time
from typing import Any

import pytest
from msgspec import structs

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import store as users
from support.answers import refusal, refused
from support.api import Api
from support.given import Given, GivenUser, MakeGiven, at_once, claims
from support.two_engines import rows_of

NOBODY = "0" * 24


def users_of(group: str) -> str:
    return f"/user-accesses/{group}/users"


def business_users_of(group: str) -> str:
    return f"/user-accesses/{group}/business-users"


def named(*ids: str) -> list[dict[str, str]]:
    return [{"userId": one} for one in ids]


async def ids_in(caller: Api, path: str, **query: object) -> list[str]:
    answer = await caller.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return [one["userId"] for one in answer.json()["items"]]


async def added(caller: Api, path: str, *ids: str) -> None:
    answer = await caller.post(path, json=named(*ids))
    assert (answer.status_code, answer.json()) == (200, {}), answer.text


async def officer(given: Given, *authorities: str, **draft: Any) -> Api:
    """Return a caller with these offices and roles."""
    return await given.person(await given.user(None, *authorities, **draft), await given.client())


async def roles_of(given: Given, user: GivenUser) -> list[str]:
    """Return what the user's next token says of roles."""
    token = await given.user_token(user, await given.client())
    return [one.removeprefix("ROLE_") for one in claims(token)["authorities"]]


async def memberships(given: Given) -> list[tuple[object, ...]]:
    return await rows_of(given.env["AUTHME_DATABASE_URL"], "SELECT group_id, member_type, member_id FROM group_member")


async def test_whoever_is_added_holds_the_roles_of_the_group_in_the_next_token(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    await on_both.role("AUDITOR")
    group, maria, joana = await on_both.group("AUDITOR"), await on_both.user(), await on_both.user()

    await added(administrator, users_of(group), maria.id, joana.id)

    assert await ids_in(administrator, users_of(group)) == sorted([maria.id, joana.id])
    assert "AUDITOR" in await roles_of(on_both, maria)
    assert "AUDITOR" in await roles_of(on_both, joana)


async def test_adding_a_member_again_is_harmless(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group, maria, joana = await on_both.group(), await on_both.user(), await on_both.user()

    await added(administrator, users_of(group), maria.id, maria.id)
    await added(administrator, users_of(group), maria.id)
    await added(administrator, users_of(group), joana.id, maria.id)

    assert await ids_in(administrator, users_of(group)) == sorted([maria.id, joana.id])
    assert sorted(row["target"] for row in await on_both.trail("access.added")) == sorted([maria.id, joana.id])


async def test_all_are_added_or_none_and_each_who_is_not_there_is_named(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group, maria, gone = await on_both.group(), await on_both.user(), await on_both.user()
    await administrator.delete(f"/user-identities/{gone.id}")

    answer = await administrator.post(users_of(group), json=named(maria.id, NOBODY, maria.id, gone.id))

    refused(answer, 400, "107", "107")
    assert [one["message"] for one in answer.json()] == [
        "`[1].userId`: there is no such user.",
        "`[3].userId`: there is no such user.",
    ]
    assert await ids_in(administrator, users_of(group)) == []
    assert await on_both.trail("access.added") == []


async def test_as_many_who_are_not_there_are_named_as_are_good_to_read(given: Given):
    administrator = await given.administrator(await given.client())
    group = await given.group()

    refused(await administrator.post(users_of(group), json=named(*[NOBODY] * 1000)), 400, *["107"] * 20)


async def test_a_thousand_are_added_in_one_call_however_they_are_written(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group, ids = await on_both.group(), await users_without_names(on_both, 1000)
    spread = "[\n" + ",\n".join(f'  {{\n    "userId": "{one}"\n  }}' for one in ids) + "\n]\n"

    answer = await administrator.post(users_of(group), content=spread, headers={"content-type": "application/json"})

    assert answer.status_code == 200, answer.text
    assert sorted(str(row[2]) for row in await memberships(on_both)) == sorted(ids)
    assert len(await on_both.trail("access.added")) == 1000
    refused(await administrator.post(users_of(group), json=named(*ids, NOBODY)), 400, "102")


async def users_without_names(given: Given, count: int) -> list[str]:
    async def insert(ctx: Context) -> list[str]:
        one = await users.get(ctx.tx, (await given.user()).id)
        made = [structs.replace(one, id=new_id(ctx.clock)) for _ in range(count)]
        await users.insert_users(ctx.tx, made)
        return [user.id for user in made]

    return await given.run(insert)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ([], "102", "body"),
        ({}, "102", "body"),
        ("x", "102", "body"),
        ([1], "102", "[0]"),
        ([{}], "101", "[0].userId"),
        ([{"userId": NOBODY}, {"userId": "x"}], "102", "[1].userId"),
        ([{"userId": None}], "102", "[0].userId"),
        ([{"userId": NOBODY, "admin": True}], "106", "[0].admin"),
        ([{"businessId": NOBODY, "userId": NOBODY}], "106", "[0].businessId"),
    ],
)
async def test_the_wrong_element_of_a_body_is_named(given: Given, body: Any, code: str, field: str):
    administrator = await given.administrator(await given.client())
    group = await given.group()

    for path in (users_of(group), business_users_of(group)):
        answer = await administrator.post(path, json=body)

        refused(answer, 400, code)
        assert answer.json()[0]["message"].split("`")[1] == field


async def test_every_wrong_element_is_named_up_to_twenty(given: Given):
    administrator = await given.administrator(await given.client())
    group = await given.group()

    refused(await administrator.post(users_of(group), json=[{}, {"userId": "x", "y": 1}]), 400, "101", "102", "106")
    refused(await administrator.post(users_of(group), json=[{}] * 1000), 400, *["101"] * 20)


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

    assert await ids_in(caller, users_of(group)) == [person.id]


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
    assert await ids_in(everything, users_of(group)) == [ours.id]
    assert await ids_in(everything, business_users_of(group)) == [ours.id]


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


async def test_a_member_is_taken_out_and_the_role_is_gone_from_running_sessions(on_both: Given, make_given: MakeGiven):
    client, maria = await on_both.client(), await on_both.user()
    await on_both.role("ADMIN2")
    group = await on_both.group("ADMIN2")
    administrator = await on_both.administrator(client)
    await added(administrator, users_of(group), maria.id)
    token = await on_both.user_token(maria, client)
    other = await make_given(beside=on_both)
    assert (await other.caller(token)).has("ADMIN2")

    answer = await administrator.delete(f"{users_of(group)}/{maria.id}")

    assert answer.status_code == 204
    assert not (await on_both.caller(token)).has("ADMIN2")
    started = time.monotonic()
    while (await other.caller(token)).has("ADMIN2"):
        assert time.monotonic() - started < 1
        await asyncio.sleep(0.02)
    assert "ADMIN2" not in await roles_of(on_both, maria)
    (row,) = await on_both.trail("access.removed")
    assert row["target"] == maria.id
    assert group in row["detail"]


async def test_whoever_is_not_a_member_is_not_found(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    business = await on_both.business()
    group, maria = await on_both.group(business_id=business), await on_both.user(business_id=business)
    await added(administrator, users_of(group), maria.id)

    refused(await administrator.delete(f"{business_users_of(group)}/{maria.id}"), 404, "401")
    refused(await administrator.delete(f"{users_of(group)}/{NOBODY}"), 404, "401")
    refused(await administrator.delete(f"{users_of(group)}/x"), 404, "401")
    assert (await administrator.delete(f"{users_of(group)}/{maria.id}")).status_code == 204
    refused(await administrator.delete(f"{users_of(group)}/{maria.id}"), 404, "401")


async def test_a_user_and_a_user_of_the_business_are_two_memberships(on_both: Given):
    business = await on_both.business()
    await on_both.role("SELLER")
    group, maria = await on_both.group("SELLER", business_id=business), await on_both.user(business_id=business)
    administrator = await on_both.administrator(await on_both.client())
    await added(administrator, users_of(group), maria.id)
    await added(administrator, business_users_of(group), maria.id)

    assert (await administrator.delete(f"{users_of(group)}/{maria.id}")).status_code == 204
    assert "SELLER" in await roles_of(on_both, maria)
    assert await ids_in(administrator, users_of(group)) == []
    assert await ids_in(administrator, business_users_of(group)) == [maria.id]
    assert (await administrator.delete(f"{business_users_of(group)}/{maria.id}")).status_code == 204
    assert "SELLER" not in await roles_of(on_both, maria)


async def test_whoever_moved_elsewhere_or_stands_above_can_be_taken_out(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    await on_both.role("SECRET")
    group = await on_both.group("SECRET", organization_id=here)
    moved = await on_both.user(organization_id=there)
    above = await on_both.user(None, "IAM_ADMIN_MAINTENANCE", organization_id=here)
    for one in (moved, above):
        await on_both.member(group, "USER", one.id)
    caller = await officer(on_both, "ADMIN", organization_id=here)

    for one in (moved, above):
        assert (await caller.delete(f"{users_of(group)}/{one.id}")).status_code == 204
    assert await memberships(on_both) == []


async def test_a_list_says_of_users_what_the_caller_sees_elsewhere_too(on_both: Given):
    here, there = await on_both.organization("Here"), await on_both.organization("There")
    group = await on_both.group(organization_id=here)
    ours = await on_both.user(organization_id=here, name="Maria")
    theirs, nameless = await on_both.user(organization_id=there, name="Joana"), await on_both.user(organization_id=here)
    for one in (ours, theirs, nameless):
        await on_both.member(group, "USER", one.id)
    shown = {
        ours.id: {"userId": ours.id, "name": "Maria", "status": "ACTIVE"},
        theirs.id: {"userId": theirs.id},
        nameless.id: {"userId": nameless.id, "status": "ACTIVE"},
    }

    for caller, joana in (
        (await officer(on_both, "ADMIN", organization_id=here), {}),
        (await officer(on_both, "IAM_ADMIN_MAINTENANCE"), {"name": "Joana", "status": "ACTIVE"}),
    ):
        found = (await caller.get(users_of(group))).json()
        expected = shown | {theirs.id: {"userId": theirs.id} | joana}
        assert found == {"items": [expected[one] for one in sorted(expected)], "nextCursor": None}


@pytest.mark.parametrize("kind", ["USER", "BUSINESS_USER"])
async def test_turning_pages_shows_every_member_once(on_both: Given, kind: str):
    administrator = await on_both.administrator(await on_both.client())
    group, other = await on_both.group(), await on_both.group()
    ids = sorted(f"{number:024x}" for number in range(5))
    for one in ids:
        await on_both.member(group, kind, one)
        await on_both.member(other, kind, one)
    path = users_of(group) if kind == "USER" else business_users_of(group)

    for limit in (1, 2, 5, 200):
        seen, cursor = [], {}
        while True:
            page = (await administrator.get(path, params={"limit": limit} | cursor)).json()
            seen += [one["userId"] for one in page["items"]]
            if page["nextCursor"] is None:
                break
            cursor = {"cursor": page["nextCursor"]}
        assert seen == ids
    refused(await administrator.get(path, params={"limit": "0"}), 400, "102")
    refused(await administrator.get(path, params={"cursor": "?"}), 400, "102")


async def test_a_removed_user_is_in_no_group(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    business = await on_both.business()
    group, maria = await on_both.group(business_id=business), await on_both.user(business_id=business)
    await on_both.member(await on_both.group(), "USER", maria.id)
    await added(administrator, users_of(group), maria.id)
    await added(administrator, business_users_of(group), maria.id)
    await on_both.member(group, "BUSINESS", business)

    assert (await administrator.delete(f"/user-identities/{maria.id}")).status_code == 204

    assert await memberships(on_both) == [(group, "BUSINESS", business)]
    refused(await administrator.post(users_of(group), json=named(maria.id)), 400, "107")


async def test_a_user_with_the_id_of_a_business_leaves_the_business_in_its_groups(on_both: Given):
    """The id of a user is chosen by whoever makes it (UI-01)."""
    administrator = await on_both.administrator(await on_both.client())
    group, business = await on_both.group(), await on_both.business()
    await on_both.member(group, "BUSINESS", business)
    double = await on_both.user(user_id=business)

    assert (await administrator.delete(f"/user-identities/{double.id}")).status_code == 204

    assert await memberships(on_both) == [(group, "BUSINESS", business)]


async def test_adding_and_deleting_the_group_at_once_leaves_no_member_of_nothing(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    users = [await on_both.user() for _ in range(6)]
    for _ in range(3):
        group = await on_both.group()
        await on_both.member(group, "USER", users[0].id)

        answers = await at_once(
            *(administrator.post(users_of(group), json=named(one.id)) for one in users[:3]),
            administrator.delete(f"/groups/{group}"),
            *(administrator.post(users_of(group), json=named(one.id)) for one in users[3:]),
            administrator.delete(f"{users_of(group)}/{users[0].id}"),
        )

        assert answers[3].status_code == 204
        for answer in (*answers[:3], *answers[4:7]):
            assert answer.status_code == 200 or refusal(answer) == (404, ["401"]), answer.text
        assert answers[7].status_code in {204, 404}
        assert await memberships(on_both) == []


async def test_adding_and_taking_out_at_once_end_as_one_after_the_other(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group, users = await on_both.group(), [await on_both.user() for _ in range(3)]
    ids = [one.id for one in users]

    answers = await at_once(
        *(
            request
            for one in ids
            for request in (
                administrator.post(users_of(group), json=named(*ids)),
                administrator.delete(f"{users_of(group)}/{one}"),
                administrator.post(users_of(group), json=named(*reversed(ids))),
                administrator.delete(f"{users_of(group)}/{one}"),
            )
        )
    )

    assert {answer.status_code for answer in answers} <= {200, 204, 404}
    counted = len(await on_both.trail("access.added")) - len(await on_both.trail("access.removed"))
    assert len(await memberships(on_both)) == counted


async def test_a_user_who_is_removed_while_being_added_is_in_no_group(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    groups, stays = [await on_both.group() for _ in range(3)], await on_both.user()
    for _ in range(8):
        goes = await on_both.user()

        answers = await at_once(
            *(administrator.post(users_of(group), json=named(goes.id, stays.id)) for group in groups),
            administrator.delete(f"/user-identities/{goes.id}"),
            *(administrator.post(users_of(group), json=named(stays.id, goes.id)) for group in groups),
        )

        assert answers[3].status_code == 204
        for answer in (*answers[:3], *answers[4:]):
            assert answer.status_code == 200 or refusal(answer) == (400, ["107"]), answer.text
        assert goes.id not in {row[2] for row in await memberships(on_both)}
