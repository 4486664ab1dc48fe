"""`authme org`: organisations and what stands in them, from the command line."""

from cli.commands import Commands, refused


def made(authme: Commands, *words: str, field: str) -> str:
    return str(authme.json(*words)[field])


def test_an_organisation_from_its_making_to_its_removal(authme: Commands):
    organization = made(authme, "org", "create", "--name", "Here", field="organizationId")
    unit = made(authme, "org", "unit", "create", "--name", "U", "--organization-id", organization, field="businessUnitId")
    application = made(
        authme, "org", "application", "create", "--name", "A", "--organization-id", organization,
        "--business-unit-id", unit, field="applicationId",
    )  # fmt: skip
    service = made(
        authme, "org", "service", "create", "--name", "S", "--organization-id", organization,
        "--application-id", application, field="serviceId",
    )  # fmt: skip
    authme.json("org", "rename", organization, "--name", "There")

    assert authme.json("org", "show", organization) == {"organizationId": organization, "name": "There"}
    assert [one["id"] for one in authme.json("org", "list")] == [organization]
    for noun, one in (("unit", unit), ("application", application), ("service", service)):
        assert [found["id"] for found in authme.json("org", noun, "list")] == [one]
    assert "business units, applications, service accounts" in refused(authme("org", "remove", organization))
    for noun, one in (("service", service), ("application", application), ("unit", unit)):
        authme.json("org", noun, "remove", one)
    authme.json("org", "remove", organization)
    assert authme.json("org", "list") == []


def test_what_is_not_there_is_said(authme: Commands):
    assert "no such resource" in refused(authme("org", "show", "0" * 24))
    assert "24 hex digits" in refused(authme("org", "show", "x"))
    assert "organisation" in refused(authme("org", "unit", "create", "--name", "U", "--organization-id", "0" * 24))
