import itertools
from typing import Any

from authme.accesses.bring_in import ImportedMembers, bring_in_members
from authme.groups.bring_in import bring_in_groups
from authme.groups.bring_in_lines import ImportedGroup, ImportedRole
from authme.groups.bring_in_roles import bring_in_roles
from authme.users.bring_in import Outcome
from support.given import Given, at_once, claims
from support.two_engines import rows_of

GROUPS = [f"b{number:023x}" for number in range(40)]
ROLES = ["READER", "RATER"]


def numbered(*drafts: Any) -> list[tuple[int, Any]]:
    return list(zip(itertools.count(1), drafts, strict=False))


def groups(organization_id: str | None = None) -> list[tuple[int, ImportedGroup]]:
    """Return chains of ten groups; the first carries a role, which comes to the members of all."""
    return numbered(
        *(
            ImportedGroup(
                group_id=id_,
                name="G",
                organization_id=organization_id,
                roles=() if number % 10 else (ROLES[number // 10 % 2],),
                depends_on=(GROUPS[number - 1],) if number % 10 else (),
            )
            for number, id_ in enumerate(GROUPS)
        )
    )


async def roles(given: Given) -> Outcome:
    return await bring_in_roles(given.run, numbered(*(ImportedRole(name=name) for name in ROLES)))


async def test_people_hold_at_once_what_comes_with_the_groups_they_are_brought_into(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    assert "ROLE_READER" not in claims(await on_both.user_token(user, client))["authorities"]

    await roles(on_both)
    await bring_in_groups(on_both.run, groups())
    await bring_in_members(on_both.run, numbered(ImportedMembers(group_id=GROUPS[9], users=(user.id,))))

    authorities = claims(await on_both.user_token(user, client))["authorities"]
    assert {"ROLE_READER", "ROLE_RATER"} & {*authorities} == {"ROLE_READER"}


async def test_members_of_every_kind_are_brought_in_once(on_both: Given):
    organization = await on_both.organization()
    business = await on_both.business(organization)
    service = await on_both.service_account(organization, business_id=business)
    user = await on_both.user(business_id=business, organization_id=organization)
    await roles(on_both)
    of_business = ImportedGroup(group_id="c" * 24, name="G", business_id=business)
    assert (await bring_in_groups(on_both.run, numbered(of_business))).imported == 1
    line = ImportedMembers(
        group_id="c" * 24, users=(user.id,), business_users=(user.id,), businesses=(business,), services=(service,)
    )

    first = await bring_in_members(on_both.run, numbered(line, line))
    again = await bring_in_members(on_both.run, numbered(line))

    assert (first.imported, first.skipped, first.problems) == (1, 1, [])
    assert (again.imported, again.skipped, again.problems) == (0, 1, [])
    rows = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT member_type, member_id FROM group_member")
    kinds = [("BUSINESS", business), ("BUSINESS_USER", user.id), ("SERVICE", service), ("USER", user.id)]
    assert sorted(tuple(row) for row in rows) == kinds


async def test_two_who_bring_in_the_same_at_once_bring_it_in_once(on_both: Given):
    user = await on_both.user()
    members = numbered(*(ImportedMembers(group_id=id_, users=(user.id,)) for id_ in GROUPS))

    async def everything() -> list[Outcome]:
        return [
            await roles(on_both),
            await bring_in_groups(on_both.run, groups()),
            await bring_in_members(on_both.run, members),
        ]

    one, other = await at_once(everything(), everything())

    for first, second in zip(one, other, strict=True):
        assert first.problems == second.problems == []
        assert first.imported + first.skipped == second.imported + second.skipped
    url = on_both.env["AUTHME_DATABASE_URL"]
    found = [await rows_of(url, f"SELECT * FROM {table}") for table in ("role", "access_group", "group_member")]  # noqa: S608  # our own names
    assert [len(rows) for rows in found] == [len(ROLES), len(GROUPS), len(GROUPS)]


async def test_a_user_who_is_removed_meanwhile_is_no_member(on_both: Given):
    user = await on_both.user()
    await roles(on_both)
    await bring_in_groups(on_both.run, groups())
    admin = await on_both.administrator(await on_both.client())
    members = numbered(*(ImportedMembers(group_id=id_, users=(user.id,)) for id_ in GROUPS))

    removed, outcome = await at_once(admin.delete(f"/user-identities/{user.id}"), bring_in_members(on_both.run, members))

    assert removed.status_code == 204
    rows = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT * FROM group_member")
    assert (outcome.imported, len(outcome.problems)) in {(len(GROUPS), 0), (0, len(GROUPS))}
    assert rows == []
