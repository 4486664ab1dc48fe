"""Users in groups: what is done at once, and users who are removed."""

from support.accesses import added, business_users_of, memberships, named, users_of
from support.answers import refusal, refused
from support.given import Given, at_once


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
