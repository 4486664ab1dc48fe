from cli.commands import Commands, misused, refused


def test_a_role_is_registered_listed_and_removed(authme: Commands):
    made = authme.json("role", "create", "AUDITOR", "--description", "reads everything")

    assert made | {"createdAt": ""} == {
        "name": "AUDITOR",
        "description": "reads everything",
        "organizationId": None,
        "createdAt": "",
    }
    ((listed),) = authme.json("role", "list")
    assert (listed["name"], listed["description"], listed["organizationId"]) == ("AUDITOR", "reads everything", None)
    assert authme("role", "remove", "AUDITOR").stdout == "Removed.\n"
    assert authme.json("role", "list") == []


def test_a_role_is_registered_for_an_organisation(authme: Commands):
    organization = authme.json("org", "create", "--name", "Bureau")["organizationId"]

    assert authme.json("role", "create", "AUDITOR", "--organization-id", organization)["organizationId"] == organization


def test_what_cannot_be_a_role_is_refused(authme: Commands):
    for name in ("A-B", "1ST"):
        assert "NAME: a word of letters, digits and _ is expected" in refused(authme("role", "create", name))
    assert "`name`: a name that is not built in is expected." in refused(authme("role", "create", "ADMIN"))
    assert "`name`: a name without ROLE_" in refused(authme("role", "create", "ROLE_X"))
    assert "there is no such organisation" in refused(authme("role", "create", "X", "--organization-id", "0" * 24))
    authme("role", "create", "X")
    assert "A role of this name is registered." in refused(authme("role", "create", "X"))
    assert "There is no such resource." in refused(authme("role", "remove", "NONE"))
    misused(authme("role", "create"))
