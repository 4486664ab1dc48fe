from typing import Any

import pytest

from cli.commands import Commands, misused, refused

NOBODY = "0" * 24


def made(authme: Commands, *words: object) -> str:
    return str(authme.json("group", "create", "--name", "Auditors", *words)["groupId"])


def shown(authme: Commands, group: str) -> dict[str, Any]:
    found: dict[str, Any] = authme.json("group", "show", group)
    return found


def test_a_group_is_made_listed_shown_and_removed(authme: Commands):
    organization = authme.json("org", "create", "--name", "Bureau")["organizationId"]
    group = made(authme, "--description", "who looks", "--organization-id", organization)

    ((listed),) = authme.json("group", "list")
    assert (listed["groupId"], listed["name"], listed["organizationId"]) == (group, "Auditors", organization)
    found = shown(authme, group)
    assert (found["name"], found["description"], found["organizationId"]) == ("Auditors", "who looks", organization)
    assert (found["roles"], found["dependencies"]) == ([], [])
    assert f"organization    {organization}\n" in authme("group", "show", group).stdout
    assert authme("group", "remove", group).stdout == "Removed.\n"
    assert authme.json("group", "list") == []


def test_a_group_carries_roles_and_depends_on_groups(authme: Commands):
    authme("role", "create", "AUDITOR")
    group, base = made(authme), made(authme)

    assert authme.json("group", "add-role", base, "AUDITOR") == {"groupId": base, "role": "AUDITOR"}
    assert authme.json("group", "depend", group, base) == {"groupId": group, "dependencyGroupId": base}
    assert (shown(authme, base)["roles"], shown(authme, group)["dependencies"]) == (["AUDITOR"], [base])
    assert f"depends on      {base}\n" in authme("group", "show", group).stdout
    assert "A group carries the role." in refused(authme("role", "remove", "AUDITOR"))
    assert "Other groups depend on the group." in refused(authme("group", "remove", base))
    assert "This would make a dependency cycle." in refused(authme("group", "depend", base, group))

    assert authme("group", "undepend", group, base).exit_code == 0
    assert authme("group", "remove-role", base, "AUDITOR").exit_code == 0
    assert (shown(authme, base)["roles"], shown(authme, group)["dependencies"]) == ([], [])


def test_members_are_put_in_and_taken_out(authme: Commands):
    business = authme.json("business", "create", "--document", "11222333000181", "--name", "Bakery")["businessId"]
    group = made(authme, "--business-id", business)

    assert authme("group", "add-member", group, business, "--kind", "BUSINESS").stdout == "Added.\n"
    assert authme.rows("SELECT group_id, member_type, member_id FROM group_member") == [(group, "BUSINESS", business)]
    assert authme("group", "remove-member", group, business, "--kind", "BUSINESS").stdout == "Removed.\n"
    assert authme.rows("SELECT * FROM group_member") == []
    assert "There is no such resource." in refused(authme("group", "remove-member", group, business, "--kind", "BUSINESS"))
    for kind in ("USER", "BUSINESS_USER", "BUSINESS", "SERVICE"):
        assert "there is no such" in refused(authme("group", "add-member", group, NOBODY, "--kind", kind))
    misused(authme("group", "add-member", group, NOBODY, "--kind", "FRIEND"))


@pytest.mark.parametrize(
    "words",
    [
        ("show", NOBODY),
        ("remove", NOBODY),
        ("remove-role", NOBODY, "AUDITOR"),
        ("undepend", NOBODY, NOBODY),
        ("depend", NOBODY, "1" * 24),
        ("add-member", NOBODY, NOBODY),
        ("remove-member", NOBODY, NOBODY),
    ],
)
def test_a_group_that_is_not_there_is_said_so(authme: Commands, words: tuple[str, ...]):
    assert "There is no such resource." in refused(authme("group", *words))


def test_what_is_no_id_or_role_is_refused(authme: Commands):
    group = made(authme)
    for words in (("show", "x"), ("remove", "x"), ("add-role", "x", "A"), ("depend", "x", group), ("undepend", "x", group)):
        assert "GROUP_ID: 24 lowercase hex digits is expected" in refused(authme("group", *words))
    assert "ON_GROUP_ID: 24 lowercase hex digits is expected" in refused(authme("group", "depend", group, "x"))
    assert "ROLE: a word of letters, digits and _ is expected" in refused(authme("group", "add-role", group, "A-B"))
    assert "`role`: there is no such role." in refused(authme("group", "add-role", group, "NONE"))
    assert "there is no such business" in refused(authme("group", "create", "--name", "x", "--business-id", NOBODY))
    assert "there is no such organisation" in refused(authme("group", "create", "--name", "x", "--organization-id", NOBODY))
    misused(authme("group", "create"))
