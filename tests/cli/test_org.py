"""`authme org`: organisations and what stands in them, from the command line."""

import pytest

from cli.commands import Commands, misused, refused

NOBODY, CHOSEN = "0" * 24, "5" * 24
NOUNS = {"unit": "businessUnitId", "application": "applicationId", "service": "serviceId"}


def organization(authme: Commands, *words: object) -> str:
    return str(authme.json("org", "create", "--name", "Bureau", *words)["organizationId"])


def made(authme: Commands, noun: str, *words: object) -> str:
    found: dict[str, str] = authme.json("org", noun, "create", "--name", "One", *words)
    assert found.keys() == {NOUNS[noun]}
    return found[NOUNS[noun]]


def test_an_organisation_is_made_shown_renamed_and_removed(authme: Commands):
    here = organization(authme)

    assert authme.json("org", "show", here) == {"organizationId": here, "name": "Bureau"}
    assert authme.json("org", "list") == [{"organizationId": here, "name": "Bureau"}]
    assert authme.json("org", "rename", here, "--name", "Bureau of today")["name"] == "Bureau of today"
    assert authme("org", "show", here).stdout == f"{here}  Bureau of today\n"
    assert authme("org", "rename", here, "--name", "x").stdout == "Renamed.\n"
    assert authme("org", "remove", here).stdout == "Removed.\n"
    assert authme.json("org", "list") == []
    assert [one[0] for one in authme.rows("SELECT action FROM audit_event WHERE action LIKE 'organization.%'")] == [
        "organization.created",
        "organization.changed",
        "organization.changed",
        "organization.removed",
    ]


def test_one_that_users_carry_already_is_registered_under_its_id(authme: Commands):
    assert organization(authme, "--organization-id", CHOSEN) == CHOSEN
    again = authme("org", "create", "--name", "Another", "--organization-id", CHOSEN)
    assert refused(again) == "There is an organisation with this id."
    assert authme.count("organization") == 1


def test_what_stands_in_it_is_made_listed_and_removed(authme: Commands):
    here = organization(authme)
    business = authme.json(
        "business", "create", "--document", "12ABC34501DE35", "--name", "Firm", "--organization-id", here
    )["businessId"]  # fmt: skip
    unit = made(authme, "unit", "--organization-id", here)
    application = made(authme, "application", "--organization-id", here, "--business-unit-id", unit)
    service = made(
        authme, "service", "--organization-id", here, "--application-id", application, "--business-id", business
    )  # fmt: skip

    assert authme.json("org", "unit", "list") == [{"businessUnitId": unit, "name": "One", "organizationId": here}]
    assert authme.json("org", "application", "list") == [
        {"applicationId": application, "name": "One", "organizationId": here, "businessUnitId": unit}
    ]
    assert authme.json("org", "service", "list") == [
        {"serviceId": service, "name": "One", "organizationId": here, "businessId": business, "applicationId": application}
    ]
    assert "business units, applications, service accounts, businesses" in refused(authme("org", "remove", here))
    assert "applications" in refused(authme("org", "unit", "remove", unit))
    assert "service accounts" in refused(authme("org", "application", "remove", application))
    for noun, one in (("service", service), ("application", application), ("unit", unit)):
        assert authme.json("org", noun, "remove", one) == {NOUNS[noun]: one, "status": "REMOVED"}
        assert authme("org", noun, "list").stdout == "None.\n"


def test_a_service_may_stand_in_no_organisation(authme: Commands):
    service = made(authme, "service")

    assert authme.rows("SELECT id, organization_id FROM service_account") == [(service, None)]


def test_more_than_a_page_of_them_are_all_listed(authme: Commands):
    here = organization(authme)
    for noun in NOUNS:
        made(authme, noun, "--organization-id", here)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)"
    for table in ("organization", "business_unit", "application", "service_account"):
        names = ", ".join(one[1] for one in authme.rows(f"PRAGMA table_info({table})") if one[1] != "id")
        authme.change(f"INSERT INTO {table} (id, {names}) {numbers} SELECT printf('%024x', i), {names} FROM {table}, n")  # noqa: S608  # our own names

    assert len({one["organizationId"] for one in authme.json("org", "list")}) == 451
    for noun, field in NOUNS.items():
        assert len({one[field] for one in authme.json("org", noun, "list")}) == 451


class TestRefusals:
    def test_one_that_is_not_there_is_said_so(self, authme: Commands):
        for words in (("show",), ("remove",), *((noun, "remove") for noun in NOUNS)):
            assert refused(authme("org", *words, NOBODY)) == "There is no such resource."
            assert refused(authme("org", *words, "x")) == "an id has 24 hex digits"
        assert refused(authme("org", "rename", NOBODY, "--name", "x")) == "There is no such resource."

    @pytest.mark.parametrize(
        ("noun", "option"),
        [
            ("unit", "--organization-id"),
            ("application", "--organization-id"),
            ("application", "--business-unit-id"),
            ("service", "--organization-id"),
            ("service", "--business-id"),
            ("service", "--application-id"),
        ],
    )
    def test_what_is_named_has_to_be_there(self, authme: Commands, noun: str, option: str):
        words = ("org", noun, "create", "--name", "x")
        if option != "--organization-id":
            words = (*words, "--organization-id", organization(authme))

        assert "there is no such" in refused(authme(*words, option, NOBODY))
        assert refused(authme(*words, option, "x")) == f"{option}: 24 lowercase hex digits is expected"

    def test_what_is_named_has_to_be_of_the_same_organisation(self, authme: Commands):
        here, there = organization(authme), organization(authme)
        unit = made(authme, "unit", "--organization-id", there)

        answer = authme("org", "application", "create", "--name", "x", "--organization-id", here, "--business-unit-id", unit)

        assert refused(answer) == "`businessUnitId`: one of the same organisation is expected."

    def test_a_unit_and_an_application_stand_in_an_organisation(self, authme: Commands):
        for noun in ("unit", "application"):
            assert "--organization-id" in misused(authme("org", noun, "create", "--name", "x"))

    def test_a_name_is_a_text(self, authme: Commands):
        here = organization(authme)
        for words in (("create",), ("rename", here), ("unit", "create", "--organization-id", here)):
            assert (
                refused(authme("org", *words, "--name", ""))
                == "--name: a text of 1 to 256 characters that is not blank is expected"
            )
