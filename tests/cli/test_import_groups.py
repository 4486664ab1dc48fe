import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from cli.commands import Commands
from support.given import Given, GivenUser, claims
from support.two_engines import NOON

FILE = Path("access.jsonl")
ORGANIZATION, ELSEWHERE, COMPANY, OTHER_COMPANY, HOLDING, SERVICE = ("1" * 24, "2" * 24, "3" * 24, "4" * 24, "5" * 24, "6" * 24)
MARIA, JOSE = "a" * 24, "b" * 24
PASSWORD = "correct horse battery"
HASHED = "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gLHIkr1qgP4r3sH1P/NIg3+PMckaLQ3RkuIiytJhVlY"


def group_id(number: int) -> str:
    return f"{number:024x}"


def role(name: str, **fields: object) -> dict[str, Any]:
    return {"role": {"name": name, **fields}}


def group(number: int, **fields: object) -> dict[str, Any]:
    return {"group": {"groupId": group_id(number), "name": f"Group {number}", **fields}}


def members(number: int, **fields: object) -> dict[str, Any]:
    return {"members": {"groupId": group_id(number), **fields}}


def user(id_: str, **fields: object) -> dict[str, Any]:
    return {"username": f"{id_[:2]}@example.com", "userId": id_, **fields}


def imported(authme: Commands, *lines: object) -> dict[str, Any]:
    """Import these lines; return what the command says of them, wrong ones too."""
    FILE.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    result = authme("import", FILE, "--json")
    assert result.exit_code in {0, 1}, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if found["failed"] else 0)
    return found


def failures(found: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one["line"], one["message"]) for one in found["failed"]]


def everything(authme: Commands) -> list[list[tuple[Any, ...]]]:
    tables = ("role", "access_group", "group_role", "group_dependency", "group_member", "user_account")
    return [authme.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]  # noqa: S608  # our own names


@pytest.fixture
def companies(authme: Commands) -> Commands:
    """The commands, where there are organisations, companies and a service."""
    imported(authme)
    authme.change(f"INSERT INTO organization VALUES ('{ORGANIZATION}', 'O', 0, 0), ('{ELSEWHERE}', 'E', 0, 0)")  # noqa: S608  # our own ids
    authme.change(f"INSERT INTO corporate_group VALUES ('{HOLDING}', '{ORGANIZATION}', 'H', NULL, 0, 0)")  # noqa: S608  # the same
    for business, document, holding in ((COMPANY, "1", f"'{HOLDING}'"), (OTHER_COMPANY, "2", "NULL")):
        authme.change(
            "INSERT INTO business (id, organization_id, document, name, corporate_group_id, created_at, updated_at) "  # noqa: S608  # the same
            f"VALUES ('{business}', '{ORGANIZATION}', '{document}', 'B', {holding}, 0, 0)"
        )
    authme.change(
        "INSERT INTO service_account (id, organization_id, business_id, name, created_at, updated_at) "  # noqa: S608  # the same
        f"VALUES ('{SERVICE}', '{ELSEWHERE}', NULL, 'S', 0, 0)"
    )
    return authme


def authorities(authme: Commands, name: str) -> set[str]:
    """Return what a token of this person carries beside kind and level."""

    async def run() -> set[str]:
        given = Given({name: str(value) for name, value in authme.env.items()}, FakeClock(NOON))
        await given.open()
        try:
            token = await given.user_token(GivenUser("", name, PASSWORD), await given.client())
            return {one for one in claims(token)["authorities"] if one.startswith("ROLE_R")}
        finally:
            await given.close()

    return asyncio.run(run())


def test_people_hold_the_roles_of_the_groups_they_came_in_with(authme: Commands):
    found = imported(
        authme,
        role("READER"),
        role("RATER", description="Rates"),
        user(MARIA, passwordHash=HASHED),
        group(1, roles=["READER"], description="Reads"),
        group(2, roles=["RATER"], dependsOn=[group_id(1)]),
        members(2, users=[MARIA]),
    )

    assert found == {"imported": 6, "skipped": 0, "failed": []}
    assert authorities(authme, "aa@example.com") == {"ROLE_READER", "ROLE_RATER"}


def test_what_lines_say_of_groups_is_kept(companies: Commands):
    found = imported(
        companies,
        role("READER", organizationId=ORGANIZATION, description="Reads"),
        user(MARIA, businessId=COMPANY, organizationId=ORGANIZATION),
        group(1, organizationId=ORGANIZATION, roles=["READER", "READER"], description="All"),
        group(2, businessId=COMPANY, roles=["READER"], dependsOn=[group_id(1)]),
        group(3, corporateGroupId=HOLDING),
        group(4, ownerId=MARIA),
        members(2, users=[MARIA, MARIA], businessUsers=[MARIA], businesses=[COMPANY]),
        members(3, businesses=[COMPANY]),
    )

    assert failures(found) == []
    assert companies.rows("SELECT name, organization_id, description FROM role") == [("READER", ORGANIZATION, "Reads")]
    columns = "id, organization_id, business_id, corporate_group_id, owner_id, name, description"
    assert companies.rows(f"SELECT {columns} FROM access_group ORDER BY id") == [  # noqa: S608  # our own names
        (group_id(1), ORGANIZATION, None, None, None, "Group 1", "All"),
        (group_id(2), ORGANIZATION, COMPANY, None, None, "Group 2", None),
        (group_id(3), ORGANIZATION, None, HOLDING, None, "Group 3", None),
        (group_id(4), ORGANIZATION, None, None, MARIA, "Group 4", None),
    ]
    assert companies.rows("SELECT group_id, role FROM group_role ORDER BY 1") == [(group_id(n), "READER") for n in (1, 2)]
    assert companies.rows("SELECT group_id, depends_on_id FROM group_dependency") == [(group_id(2), group_id(1))]
    assert companies.rows("SELECT group_id, member_type, member_id FROM group_member ORDER BY 1, 2") == [
        (group_id(2), "BUSINESS", COMPANY),
        (group_id(2), "BUSINESS_USER", MARIA),
        (group_id(2), "USER", MARIA),
        (group_id(3), "BUSINESS", COMPANY),
    ]


WRONG: list[tuple[object, str]] = [
    ({"role": "READER"}, "Expected `object`, got `str` - at `$.role`"),
    ({"role": {"name": "READER"}, "group": {}}, "Object contains unknown field `group`"),
    ({"group": {"name": "G"}}, "Object missing required field `groupId` - at `$.group`"),
    ({"group": {"groupId": "1", "name": "G"}}, "Expected `str` matching regex"),
    ({"members": {"users": [MARIA]}}, "Object missing required field `groupId` - at `$.members`"),
    ({"members": {"groupId": group_id(1), "people": []}}, "Object contains unknown field `people` - at `$.members`"),
    (role("two words"), "Expected `str` matching regex"),
    (role("ADMIN"), "`name`: a name that is not built in is expected"),
    (role("AUTH-MFA"), "Expected `str` matching regex"),
    (role("READER", organizationId=ORGANIZATION), "`role.organizationId`: the role is registered elsewhere"),
    (role("OTHER", organizationId="9" * 24), "`role.organizationId`: there is no such organisation"),
    (group(8, roles=["WRITER"]), "`group.roles`: the role WRITER is not registered"),
    (group(8, roles=["LOCAL"]), "`group.roles`: the role LOCAL is not registered"),
    (group(8, organizationId="9" * 24), "`group.organizationId`: there is none with this id"),
    (group(8, businessId="9" * 24), "`group.businessId`: there is none with this id"),
    (group(8, businessId=HOLDING), "`group.businessId`: there is none with this id"),
    (group(8, corporateGroupId=COMPANY), "`group.corporateGroupId`: there is none with this id"),
    (group(8, ownerId=COMPANY), "`group.ownerId`: there is none with this id"),
    (group(8, businessId=COMPANY, organizationId=ELSEWHERE), "`group.organizationId`: `businessId` stands elsewhere"),
    (group(8, businessId=COMPANY, ownerId=MARIA), "a group belongs to one business"),
    (group(8, dependsOn=[group_id(8)]), f"`group.dependsOn`: there is no group {group_id(8)}"),
    (group(8, dependsOn=[group_id(9999)]), f"`group.dependsOn`: there is no group {group_id(9999)}"),
    (group(8, dependsOn=[group_id(2)]), "`group.dependsOn`: The other group does not reach as far as the group."),
    (group(8, businessId=OTHER_COMPANY, dependsOn=[group_id(3)]), "`group.dependsOn`: The other group does not reach as far"),
    (members(9999, users=[MARIA]), "`members.groupId`: there is no such group"),
    (members(1, users=[MARIA, "9" * 24]), f"`members.users`: the group reaches no user {'9' * 24}"),
    (members(1, users=[COMPANY]), f"`members.users`: the group reaches no user {COMPANY}"),
    (members(1, businesses=[MARIA]), f"`members.businesses`: the group reaches no business {MARIA}"),
    (members(1, services=[MARIA]), f"`members.services`: the group reaches no service account {MARIA}"),
    (members(1, businessUsers=[MARIA]), f"`members.businessUsers`: the group's business has no user {MARIA}"),
    (members(2, users=[JOSE]), f"`members.users`: the group reaches no user {JOSE}"),
    (members(2, businessUsers=[JOSE]), f"`members.businessUsers`: the group's business has no user {JOSE}"),
    (members(2, businesses=[OTHER_COMPANY]), f"`members.businesses`: the group reaches no business {OTHER_COMPANY}"),
    (members(3, businesses=[OTHER_COMPANY]), f"`members.businesses`: the group reaches no business {OTHER_COMPANY}"),
    (members(4, services=[SERVICE]), f"`members.services`: the group reaches no service account {SERVICE}"),
]


def test_each_wrong_line_is_named_by_its_number_and_the_others_are_imported(companies: Commands):
    lines: list[object] = [
        role("READER"),
        role("LOCAL", organizationId=ELSEWHERE),
        user(MARIA, businessId=COMPANY, organizationId=ORGANIZATION),
        user(JOSE),
        group(1),
        group(2, businessId=COMPANY),
        group(3, corporateGroupId=HOLDING),
        group(4, organizationId=ORGANIZATION),
    ]
    first = len(lines) + 1
    for number, (wrong, _) in enumerate(WRONG):
        lines += [wrong, group(100 + number, roles=["READER"])]

    found = imported(companies, *lines)

    assert found["imported"] == first - 1 + len(WRONG)
    assert [one["line"] for one in found["failed"]] == [first + 2 * number for number in range(len(WRONG))]
    for one, (wrong, expected) in zip(found["failed"], WRONG, strict=True):
        assert one["message"].startswith(expected), wrong
    assert companies.count("access_group") == 4 + len(WRONG)
    assert companies.count("group_member") == companies.count("group_dependency") == 0


def test_no_cycle_can_be_brought_in(authme: Commands):
    found = imported(
        authme,
        group(1, dependsOn=[group_id(3)]),
        group(2),
        group(3, dependsOn=[group_id(2)]),
        group(2, dependsOn=[group_id(3)]),
    )

    assert failures(found) == [(1, f"`group.dependsOn`: there is no group {group_id(3)}")]
    assert found["skipped"] == 1
    assert authme.rows("SELECT group_id, depends_on_id FROM group_dependency") == [(group_id(3), group_id(2))]


def test_chains_are_no_deeper_than_the_api_lets_them_be(authme: Commands):
    chain = [group(n, dependsOn=[group_id(n - 1)] if n else []) for n in range(40)]

    found = imported(authme, *chain)

    assert found["imported"] == 32
    assert failures(found)[0] == (33, "`group.dependsOn`: at most 32 groups depend on each other one after the other")
    assert [line for line, _ in failures(found)] == list(range(33, 41))


def test_a_group_reaches_no_more_groups_than_the_api_lets_it(authme: Commands):
    middle = [group(2000 + n, dependsOn=[group_id(n * 100 + one) for one in range(100)]) for n in range(10)]

    found = imported(
        authme,
        *(group(n) for n in range(1000)),
        *middle,
        group(3000, dependsOn=[group_id(2000 + n) for n in range(9)]),
        group(3001, dependsOn=[group_id(2000 + n) for n in range(10)]),
        group(3002, dependsOn=[group_id(n) for n in range(101)]),
    )

    assert failures(found) == [
        (1012, "`group.dependsOn`: a group depends on 1000 groups at most, with itself"),
        (1013, "Expected `array` of length <= 100 - at `$.group.dependsOn`"),
    ]


def test_to_run_it_again_is_harmless(companies: Commands):
    lines = [
        role("READER"),
        user(MARIA),
        group(1, roles=["READER"]),
        group(2, dependsOn=[group_id(1)]),
        members(2, users=[MARIA]),
    ]
    imported(companies, *lines)
    before = everything(companies)

    assert imported(companies, *lines) == {"imported": 0, "skipped": 5, "failed": []}
    assert everything(companies) == before


def test_to_run_it_again_does_not_undo_what_was_changed_meanwhile(companies: Commands):
    lines = [role("READER"), group(1, roles=["READER"])]
    imported(companies, *lines)
    companies.change("UPDATE access_group SET name = 'Changed'")
    companies.change("DELETE FROM group_role")

    imported(companies, *lines)

    assert companies.rows("SELECT name FROM access_group") == [("Changed",)]
    assert companies.count("group_role") == 0


def test_of_a_line_of_members_those_who_are_missing_are_added(authme: Commands):
    imported(authme, user(MARIA), user(JOSE), group(1), members(1, users=[MARIA]))

    assert imported(authme, members(1, users=[MARIA, JOSE])) == {"imported": 1, "skipped": 0, "failed": []}
    assert {row[0] for row in authme.rows("SELECT member_id FROM group_member")} == {MARIA, JOSE}


def test_a_removed_user_becomes_no_member_and_owns_no_group(authme: Commands):
    imported(authme, user(MARIA), group(1))
    authme("user", "remove", MARIA)

    found = imported(authme, members(1, users=[MARIA]), group(2, ownerId=MARIA))

    assert [line for line, _ in failures(found)] == [1, 2]


def test_more_lines_than_go_into_one_unit_of_work_keep_their_numbers(authme: Commands):
    groups = [group(n, dependsOn=[group_id(n - 1)] if n % 10 else []) for n in range(1100)]
    people = [members(n, users=[MARIA]) for n in range(1100)]
    people[700] = members(9999, users=[MARIA])

    found = imported(authme, user(MARIA), *groups, *people)

    assert found["imported"] == 2200
    assert failures(found) == [(1802, "`members.groupId`: there is no such group")]


def test_it_is_in_the_audit(authme: Commands):
    imported(authme, role("READER"), user(MARIA), group(1), members(1, users=[MARIA]))

    rows = authme.rows("SELECT action, target, detail FROM audit_event WHERE action <> 'users.imported' ORDER BY id")
    detail = json.dumps({"group": group_id(1), "type": "USER"}, separators=(",", ":"))
    assert [row for row in rows if not row[0].startswith("key")] == [
        ("role.registered", "READER", '{"organization":null}'),
        ("group.created", group_id(1), None),
        ("access.added", MARIA, detail),
    ]


def test_servers_beside_it_are_told(authme: Commands):
    imported(authme, user(MARIA), group(1))
    assert authme.rows("SELECT key FROM change_feed WHERE topic = 'role'") == []

    imported(authme, members(1, users=[MARIA]))

    assert authme.rows("SELECT key FROM change_feed WHERE topic = 'role'") == [("*",)]


def test_users_come_in_by_the_old_command_too(authme: Commands):
    FILE.write_text(json.dumps(user(MARIA)) + "\n")

    assert authme.json("user", "import", FILE) == {"imported": 1, "skipped": 0, "failed": []}
