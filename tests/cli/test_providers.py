"""`authme provider`: identity providers, from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.commands import Commands, misused, refused
from support.given_providers import service_key
from support.providers import IDP, metadata, pem

OPENID = ("--alias", "bureau", "--name", "Bureau", "--issuer", "https://openid.example.com", "--client-id", "authme")
SAML = ("--alias", "works", "--name", "Works", "--acs-url", "https://app.example.com/acs", "--metadata-file", "metadata.xml")


@pytest.fixture(autouse=True)
def _files(authme: Commands) -> None:  # noqa: ARG001  # in whose folder they are
    Path("secret").write_text("the hidden one\n")
    Path("metadata.xml").write_text(metadata())


def shown(authme: Commands, alias: str) -> Any:
    return authme.json("provider", "show", alias)


def test_an_openid_provider_is_made_shown_changed_and_removed(authme: Commands):
    made = authme.json(
        "provider", "create", *OPENID, "--secret-file", "secret", "--redirect-uri", "https://app.example.com/back",
        "--scope", "openid", "--scope", "email", "--trusts-email", "--first-use", "REFUSE", "--no-creates-users", "--disabled",
    )  # fmt: skip

    found = shown(authme, "bureau")
    assert found["identityProviderId"] == made["identityProviderId"]
    assert found | {"isEnabled": False, "firstUse": "REFUSE", "createsUsers": False, "organizationId": None} == found
    said = {"scopes": ["openid", "email"], "redirectUris": ["https://app.example.com/back"], "trustsEmail": True}
    assert found["oidc"] | said == found["oidc"]
    assert authme("provider", "enable", "bureau").stdout == "Enabled.\n"
    assert authme("provider", "change", "bureau", "--new-alias", "office", "--no-trusts-email").stdout == "Changed.\n"
    becomes = shown(authme, "office")
    assert becomes | {"alias": "office", "isEnabled": True} | {"oidc": found["oidc"] | {"trustsEmail": False}} | {
        "updatedAt": ""
    } == found | {"alias": "office", "isEnabled": True, "oidc": becomes["oidc"], "updatedAt": ""}
    assert authme("provider", "show", "office").stdout.startswith('{\n  "identityProviderId"')
    assert authme("provider", "remove", "office").stdout == "Removed.\n"
    assert authme("provider", "list").stdout == "None.\n"
    assert [one[0] for one in authme.rows("SELECT action FROM audit_event WHERE action LIKE 'identity_provider.%'")] == [
        f"identity_provider.{done}" for done in ("created", "changed", "changed", "removed")
    ]


class TestSecrets:
    def test_one_comes_from_a_file_or_standard_input_and_is_shown_nowhere(self, authme: Commands):
        results = [
            authme("provider", "create", *OPENID, "--secret-file", "secret"),
            authme("provider", "change", "bureau", "--secret-stdin", typed="another one\n"),
            authme("provider", "show", "bureau"),
            authme("provider", "list", "--json"),
        ]

        assert [one.exit_code for one in results] == [0] * 4
        assert not any(word in one.output for one in results for word in ("hidden", "another one"))
        assert b"hidden" not in b"".join(path.read_bytes() for path in Path().glob("authme.db*"))

    def test_a_private_key_comes_the_same_way(self, authme: Commands):
        Path("key.pem").write_text(pem())
        apple = ("--preset", "APPLE", "--client-id", "com.example.app", "--key-id", "ONE", "--team-id", "TEAM")

        authme.json("provider", "create", "--alias", "apple", "--name", "Apple", *apple, "--secret-file", "key.pem")

        assert shown(authme, "apple")["oidc"]["clientAuthentication"] == "apple"
        by_key = ("--client-authentication", "private_key_jwt", "--secret-stdin")
        authme.json("provider", "create", *OPENID, *by_key, typed=pem())
        assert authme.json("provider", "change", "bureau", "--key-id", "TWO") == {"alias": "bureau"}

    def test_it_does_not_go_along_to_another_issuer(self, authme: Commands):
        authme.json("provider", "create", *OPENID, "--secret-file", "secret")
        other = ("provider", "change", "bureau", "--issuer", "https://other.example.com")

        assert refused(authme(*other)) == "`oidc.clientSecret` is required."
        assert authme.json(*other, "--secret-file", "secret") == {"alias": "bureau"}
        assert shown(authme, "bureau")["oidc"]["issuer"] == "https://other.example.com"

    def test_there_is_no_option_that_takes_one(self, authme: Commands):
        for option in ("--secret", "--client-secret", "--private-key"):
            assert misused(authme("provider", "create", *OPENID, option, "x")).startswith("No such option")

    def test_what_is_no_secret_is_said(self, authme: Commands):
        Path("empty").write_text("\n")
        assert refused(authme("provider", "create", *OPENID)) == "`oidc.clientSecret` is required."
        assert refused(authme("provider", "create", *OPENID, "--secret-file", "empty")) == "the secret is empty"
        assert refused(authme("provider", "create", *OPENID, "--secret-stdin", typed="")) == "the secret is empty"
        both = authme("provider", "create", *OPENID, "--secret-file", "secret", "--secret-stdin", typed="x")
        assert refused(both) == "--secret-file and --secret-stdin are one or the other"


def test_a_preset_fills_in_the_rest_and_a_file_says_what_has_no_option(authme: Commands):
    Path("settings.json").write_text(json.dumps({"levels": {"ouro": "DOCUMENT"}, "clientId": "not this one"}))
    words = ("--preset", "GOV_BR", "--client-id", "authme", "--settings", "settings.json", "--secret-file", "secret")

    authme.json("provider", "create", "--alias", "gov-br", "--name", "gov.br", *words)

    found = shown(authme, "gov-br")["oidc"]
    assert found | {"issuer": "https://sso.acesso.gov.br/", "levels": {"ouro": "DOCUMENT"}, "clientId": "authme"} == found


def test_other_tenants_come_with_their_issuer(authme: Commands):
    one, other = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "9188040d-6c67-4c5b-b112-36a304b66dad"
    microsoft = ("--alias", "ms", "--name", "Microsoft", "--preset", "MICROSOFT", "--client-id", "x", "--secret-file", "secret")
    authme.json("provider", "create", *microsoft, "--tenant", one)
    change = ("provider", "change", "ms", "--secret-file", "secret")

    authme.json(*change, "--tenant", other)
    assert shown(authme, "ms")["oidc"]["issuer"] == f"https://login.microsoftonline.com/{other}/v2.0"
    authme.json(*change, "--tenant", one, "--tenant", other)
    assert shown(authme, "ms")["oidc"]["issuer"] == "https://login.microsoftonline.com/common/v2.0"
    own = "https://login.microsoftonline.us/common/v2.0"
    authme.json(*change, "--issuer", own)
    authme.json(*change, "--tenant", one)
    assert shown(authme, "ms")["oidc"]["issuer"] == own


class TestSaml:
    def test_it_is_made_of_metadata_and_changed_by_newer_metadata(self, authme: Commands):
        here = authme.json("org", "create", "--name", "Here")["organizationId"]
        authme.json("provider", "create", *SAML, "--organization-id", here)
        found = shown(authme, "works")
        assert found["organizationId"] == here
        assert found["saml"]["entityId"] == f"{IDP}/metadata"

        Path("metadata.xml").write_text(metadata(location=f"{IDP}/elsewhere"))
        authme.json("provider", "change", "works", "--metadata-file", "metadata.xml")

        becomes = shown(authme, "works")["saml"]
        assert becomes == found["saml"] | {"redirectUrl": f"{IDP}/elsewhere"}
        authme.json("provider", "change", "works", "--name", "Works of today")
        assert shown(authme, "works")["saml"] == becomes

    def test_what_the_identity_provider_is_given_says_the_newest_key(self, authme: Commands):
        authme.json("provider", "create", *SAML)
        before = shown(authme, "works")["saml"]["serviceCertificate"]
        assert before in authme("provider", "metadata", "works").stdout

        said = authme("provider", "renew-key", "works").stdout

        assert said == "Renewed. Give Works what `authme provider metadata works` says.\n"
        after = shown(authme, "works")["saml"]["serviceCertificate"]
        assert after not in {before, service_key()[1]}
        assert after in authme("provider", "metadata", "works").stdout
        assert authme.json("provider", "test", "works")["works"]
        assert authme.count("audit_event WHERE action = 'identity_provider.key_renewed'") == 1

    def test_an_openid_provider_has_neither(self, authme: Commands):
        authme.json("provider", "create", *OPENID, "--secret-file", "secret")

        assert refused(authme("provider", "metadata", "bureau")) == "only a SAML provider has metadata"
        assert refused(authme("provider", "renew-key", "bureau")) == "Only a SAML provider has a key that is made here."

    def test_metadata_that_cannot_be_used_is_said(self, authme: Commands):
        Path("metadata.xml").write_text("no xml")

        assert refused(authme("provider", "create", *SAML)).startswith("`saml.metadata`: ")


class TestTests:
    def test_what_is_well_ends_with_0_and_what_is_wrong_with_1(self, authme: Commands):
        authme.json("provider", "create", *SAML)
        authme.json(
            "provider", "create", *OPENID[:4], "--issuer", "https://127.0.0.1", "--client-id", "x", "--secret-file", "secret"
        )

        well, wrong = authme("provider", "test", "works"), authme("provider", "test", "bureau")

        assert (well.exit_code, wrong.exit_code) == (0, 1)
        assert " ok " in well.stdout
        assert " WRONG " in wrong.stdout
        as_json = authme("provider", "test", "bureau", "--json")
        assert as_json.exit_code == 1
        assert json.loads(as_json.stdout)["works"] is False


class TestRefusals:
    def test_one_that_is_not_there_is_said_so(self, authme: Commands):
        for command in ("show", "change", "test", "enable", "disable", "remove", "renew-key", "metadata"):
            assert refused(authme("provider", command, "nobody")) == "There is no such resource."

    def test_an_alias_that_is_taken_is_said_so(self, authme: Commands):
        authme.json("provider", "create", *SAML)

        assert refused(authme("provider", "create", *SAML)) == "There is an identity provider with this alias."

    def test_each_wrong_field_is_a_line(self, authme: Commands):
        result = authme("provider", "create", *OPENID, "--secret-file", "secret", "--scope", "a b", "--redirect-uri", "x")

        assert result.exit_code == 1
        assert [line.split("`")[1] for line in result.stderr.splitlines()] == [
            "oidc.scopes[0]", "oidc.scopes", "oidc.redirectUris[0]",
        ]  # fmt: skip

    def test_what_has_another_form_is_said(self, authme: Commands):
        for words in (("--first-use", "NEVER"), ("--preset", "GITHUB"), ("--organization-id", "x")):
            assert "$" in refused(authme("provider", "create", *OPENID, "--secret-file", "secret", *words))
        Path("settings.json").write_text("[]")
        assert refused(authme("provider", "create", *OPENID, "--settings", "settings.json")).endswith(
            "a JSON object is expected"
        )
        assert not authme.file.exists()
