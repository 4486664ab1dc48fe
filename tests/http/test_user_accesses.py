"""UA-01 to UA-06: users in groups."""

import asyncio
import time
from typing import Any

import pytest
from msgspec import structs

from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.users import store as users
from support.accesses import NOBODY, added, business_users_of, memberships, named, officer, roles_of, user_ids, users_of
from support.answers import refused
from support.given import Given, MakeGiven


async def test_whoever_is_added_holds_the_roles_of_the_group_in_the_next_token(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    await on_both.role("AUDITOR")
    group, maria, joana = await on_both.group("AUDITOR"), await on_both.user(), await on_both.user()

    await added(administrator, users_of(group), maria.id, joana.id)

    assert await user_ids(administrator, users_of(group)) == sorted([maria.id, joana.id])
    assert "AUDITOR" in await roles_of(on_both, maria)
    assert "AUDITOR" in await roles_of(on_both, joana)


async def test_adding_a_member_again_is_harmless(on_both: Given):
    administrator = await on_both.administrator(await on_both.client())
    group, maria, joana = await on_both.group(), await on_both.user(), await on_both.user()

    await added(administrator, users_of(group), maria.id, maria.id)
    await added(administrator, users_of(group), maria.id)
    await added(administrator, users_of(group), joana.id, maria.id)

    assert await user_ids(administrator, users_of(group)) == sorted([maria.id, joana.id])
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
    assert await user_ids(administrator, users_of(group)) == []
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
    assert await user_ids(administrator, users_of(group)) == []
    assert await user_ids(administrator, business_users_of(group)) == [maria.id]
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
