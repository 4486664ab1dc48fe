from pathlib import Path
from typing import Any

import pytest

from cli.commands import Commands, misused, refused

NOBODY = "0" * 24
CNPJ, LETTERS = "11.222.333/0001-81", "12ABC34501DE35"


def made(authme: Commands, *words: object, document: str = CNPJ) -> str:
    found: dict[str, str] = authme.json("business", "create", "--document", document, "--name", "Firm", *words)
    assert found.keys() == {"businessId"}
    return found["businessId"]


def person(authme: Commands, name: str = "maria@example.com") -> str:
    return str(authme.json("user", "create", "--username", name)["userId"])


def row(authme: Commands, table: str, columns: str) -> tuple[Any, ...]:
    (found,) = authme.rows(f"SELECT {columns} FROM {table}")  # noqa: S608  # our own names
    return found


def test_a_business_is_kept_by_its_bare_cnpj(authme: Commands):
    business = made(authme)

    assert row(authme, "business", "id, document, name, organization_id") == (business, "11222333000181", "Firm", None)
    assert [one[0] for one in authme.rows("SELECT action FROM audit_event WHERE action LIKE 'business.%'")] == [
        "business.created"
    ]


def test_every_option_takes_effect(authme: Commands):
    group = authme.json("business", "group", "create", "--name", "Group")["corporateGroupId"]

    business = made(authme, "--corporate-group-id", group, "--business-id", "5" * 24)

    assert business == "5" * 24
    assert authme.json("business", "show", business) == {
        "businessId": business,
        "document": "11222333000181",
        "name": "Firm",
        "organizationId": None,
        "corporateGroupId": group,
    }


def test_it_is_shown_and_listed(authme: Commands):
    business = made(authme)

    assert authme.json("business", "list") == [authme.json("business", "show", business)]
    assert authme("business", "show", business).stdout.splitlines() == [
        f"businessId  {business}",
        "document  11222333000181",
        "name  Firm",
        "organizationId",
        "corporateGroupId",
    ]
    assert authme("business", "create", "--document", LETTERS, "--name", "Other").stdout.startswith("Business Other: ")


def test_more_than_a_page_of_them_are_all_listed(authme: Commands):
    business, user = made(authme), person(authme)
    authme.json("business", "user", "add", business, user)
    authme.json("business", "group", "create", "--name", "Group")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)"
    for table, own in (
        ("business", {"document": "printf('%014d', i)"}),
        ("corporate_group", {}),
        ("user_account", {}),
    ):
        names = [one[1] for one in authme.rows(f"PRAGMA table_info({table})") if one[1] != "id"]
        values = ", ".join(own.get(name, name) for name in names)
        authme.change(
            f"INSERT INTO {table} (id, {', '.join(names)}) {numbers} SELECT printf('%024x', i), {values} FROM {table}, n"  # noqa: S608  # our own names
        )

    assert len({one["businessId"] for one in authme.json("business", "list")}) == 451
    assert len({one["corporateGroupId"] for one in authme.json("business", "group", "list")}) == 451
    assert len({one["userId"] for one in authme.json("business", "user", "list", business)}) == 451


class TestUsers:
    def test_one_comes_with_an_office_and_goes_without(self, authme: Commands):
        business, user = made(authme), person(authme)

        added = authme("business", "user", "add", business, "maria@example.com", "--office", "OWNER")

        assert added.stdout == f"{user} is OWNER of {business}.\n"
        assert row(authme, "user_account", "business_id, authorities") == (business, '["BUSINESSOWNER"]')
        assert authme.json("business", "user", "list", business) == [{"userId": user, "name": None, "office": "OWNER"}]
        assert authme("business", "user", "remove", business, user).stdout == "Taken out.\n"
        assert row(authme, "user_account", "business_id, authorities") == (None, "[]")

    def test_one_of_another_business_is_refused(self, authme: Commands):
        first, second, user = made(authme), made(authme, document=LETTERS), person(authme)
        authme.json("business", "user", "add", first, user)

        assert refused(authme("business", "user", "add", second, user)) == "The user belongs to another business."
        assert refused(authme("business", "user", "remove", second, user)) == "There is no such resource."
        assert row(authme, "user_account", "business_id") == (first,)

    def test_one_that_is_not_there_is_named(self, authme: Commands):
        business = made(authme)

        for command in ("add", "remove"):
            assert refused(authme("business", "user", command, business, "nobody@example.com")) == (
                "there is no user nobody@example.com"
            )
        assert "is not one of" in misused(authme("business", "user", "add", business, "x", "--office", "BOSS"))


class TestGroups:
    def test_a_corporate_group_takes_businesses_and_sets_them_free(self, authme: Commands):
        first, second = made(authme), made(authme, document=LETTERS)

        group = authme.json(
            "business",
            "group",
            "create",
            "--name",
            "Group",
            "--description",
            "All",
            "--business-id",
            first,
            "--business-id",
            second,
        )["corporateGroupId"]

        assert {one["corporateGroupId"] for one in authme.json("business", "list")} == {group}
        (listed,) = authme.json("business", "group", "list")
        assert (listed["name"], listed["organizationId"]) == ("Group", None)
        assert authme("business", "group", "remove", group).stdout == "Removed.\n"
        assert {one["corporateGroupId"] for one in authme.json("business", "list")} == {None}
        assert authme.json("business", "group", "list") == []

    def test_a_business_is_in_one_at_most(self, authme: Commands):
        business = made(authme)
        words = ("business", "group", "create", "--name", "Group", "--business-id", business)
        authme.json(*words)

        assert refused(authme(*words)) == "A business is in another corporate group."
        assert authme.count("corporate_group") == 1


class TestRefusals:
    def test_what_the_document_must_be_is_said(self, authme: Commands):
        for wrong in ("11222333000182", "52998224725", "x"):
            assert refused(authme("business", "create", "--document", wrong, "--name", "Firm")).startswith("`document`: ")
        made(authme)

        again = authme("business", "create", "--document", CNPJ, "--name", "Firm")

        assert refused(again) == "There is a business with this document or id."
        assert authme.count("business") == 1

    def test_what_hangs_on_a_business_keeps_it(self, authme: Commands):
        business, user = made(authme), person(authme)
        authme.json("business", "user", "add", business, user)

        assert refused(authme("business", "remove", business)) == "There are users of it."
        authme.json("business", "user", "remove", business, user)
        assert authme("business", "remove", business).stdout == "Removed.\n"
        assert authme.count("business") == 0

    def test_one_that_is_not_there_is_refused(self, authme: Commands):
        user = person(authme)
        for words in (("show",), ("remove",), ("user", "list"), ("user", "add"), ("user", "remove"), ("group", "remove")):
            more = (user,) if words[-1] in {"add", "remove"} and words[0] == "user" else ()
            assert refused(authme("business", *words, NOBODY, *more)) == "There is no such resource."
            assert refused(authme("business", *words, "x", *more)).endswith(" id has 24 hex digits")

    @pytest.mark.parametrize("option", ["--organization-id", "--corporate-group-id"])
    def test_what_is_named_has_to_be_there(self, authme: Commands, option: str):
        words = ("business", "create", "--document", CNPJ, "--name", "Firm", option)

        assert "there is no such" in refused(authme(*words, NOBODY))
        assert refused(authme(*words, "x")) == f"{option}: 24 lowercase hex digits is expected"


def test_an_import_brings_users_to_registered_businesses_only(authme: Commands):
    business = made(authme)
    Path("users.jsonl").write_text(
        f'{{"username":"ana@example.com","businessId":"{business}"}}\n'
        f'{{"username":"bia@example.com","businessId":"{NOBODY}"}}\n'
        '{"username":"caio@example.com"}\n'
    )

    found = authme("user", "import", "users.jsonl")

    assert found.exit_code == 1
    assert found.stderr == "users.jsonl:2: `businessId`: there is no such business\n"
    assert authme.rows("SELECT business_id FROM user_account ORDER BY business_id IS NULL") == [(business,), (None,)]
    authme.json("business", "create", "--document", LETTERS, "--name", "Other", "--business-id", NOBODY)
    assert authme.json("user", "import", "users.jsonl") == {"imported": 1, "skipped": 2, "failed": []}
