import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from authme.crypto.jose import generate
from authme.kernel.clock import FakeClock
from cli.commands import Commands, misused, refused
from support.given import Given
from support.two_engines import NOON

NOBODY = "0" * 24
APPLICATION = "c" * 24


def register(authme: Commands) -> dict[str, str]:
    """Register one of each that a client can be placed in; return the ids by the options that take them."""
    ids = {"organization-id": "a" * 24, "business-unit-id": "b" * 24, "business-id": "d" * 24, "service-account-id": "e" * 24}
    organization, unit, business, service = ids.values()
    for table, values in (
        ("organization (id, name", f"'{organization}', 'O'"),
        ("business_unit (id, organization_id, name", f"'{unit}', '{organization}', 'U'"),
        ("application (id, organization_id, name", f"'{APPLICATION}', '{organization}', 'A'"),
        ("business (id, organization_id, document, name", f"'{business}', '{organization}', '1', 'B'"),
        ("service_account (id, organization_id, name", f"'{service}', '{organization}', 'S'"),
    ):
        authme.change(f"INSERT INTO {table}, created_at, updated_at) VALUES ({values}, 0, 0)")  # noqa: S608  # our own
    return ids


def made_client(authme: Commands, *words: object) -> dict[str, Any]:
    """Make a client with these options; return what is stored of it."""
    client_id = authme.json("client", "create", *words)["clientId"]
    columns = (
        "app_id", "name", "organization_id", "first_party", "scopes", "grant_types", "redirect_uris", "jwks", "alg",
        "expires_in_format", "token_aliases", "factor_visibility", "status",
    )  # fmt: skip
    (row,) = authme.rows(f"SELECT {', '.join(columns)} FROM client WHERE id = '{client_id}'")  # noqa: S608  # our own names
    found = dict(zip(columns, row, strict=True))
    lists = ("scopes", "grant_types", "redirect_uris")
    return found | {name: json.loads(found[name]) for name in lists}


def test_the_answer_is_the_id_and_the_secret_and_only_a_digest_of_it_is_kept(authme: Commands):
    made = authme.json("client", "create")

    assert made.keys() == {"clientId", "clientSecret"}
    assert len(made["clientId"]) == 24
    assert len(made["clientSecret"]) >= 32
    ((stored,),) = authme.rows("SELECT secret_hash FROM client")
    assert len(stored) == 32
    everything = b"".join(file.read_bytes() for file in authme.file.parent.glob("authme.db*"))
    assert made["clientSecret"].encode() not in everything


def test_a_person_is_shown_the_secret_and_that_it_is_the_only_time(authme: Commands):
    result = authme("client", "create")

    ((client_id,),) = authme.rows("SELECT id FROM client")
    assert client_id in result.stdout
    assert "client secret  " in result.stdout
    assert "cannot be shown again" in result.stdout


def test_every_client_has_a_secret_of_its_own(authme: Commands):
    assert len({authme.json("client", "create")["clientSecret"] for _ in range(2)}) == 2


async def test_the_client_logs_in_with_the_secret(authme: Commands):
    made = await asyncio.to_thread(authme.json, "client", "create", "--scope", "account_lock", "--expires-in-format", "SECONDS")
    given = Given({name: str(value) for name, value in authme.env.items()}, FakeClock(NOON))
    await given.open()
    try:
        answer = await given.api.login_client(made["clientId"], made["clientSecret"])
        wrong = await given.api.login_client(made["clientId"], made["clientSecret"][::-1])
    finally:
        await given.close()

    assert answer.status_code == 200
    assert answer.json()["scope"] == ["account_lock"]
    assert answer.json()["expiresIn"] == "3600"
    assert wrong.status_code == 401


def test_without_options_a_client_is_first_party_with_the_usual_scopes_and_grants(authme: Commands):
    assert made_client(authme) == {
        "app_id": "default",
        "name": None,
        "organization_id": None,
        "first_party": 1,
        "scopes": ["READ", "WRITE"],
        "grant_types": ["client_credentials", "password", "refresh_token"],
        "redirect_uris": [],
        "jwks": None,
        "alg": "ES256",
        "expires_in_format": "EPOCH",
        "token_aliases": 0,
        "factor_visibility": "CREDENTIALS_ONLY",
        "status": "ACTIVE",
    }


def test_every_option_takes_effect(authme: Commands):
    words = """
        --app-id portal --name Portal --third-party --scope b --scope a --scope b --grant refresh_token
        --grant authorization_code --redirect-uri https://a.example.com/back --redirect-uri com.example.app:/back --alg EdDSA
        --expires-in-format SECONDS --token-aliases --factor-visibility UNRESTRICTED
    """

    assert made_client(authme, *words.split()) == {
        "app_id": "portal",
        "name": "Portal",
        "organization_id": None,
        "first_party": 0,
        "scopes": ["b", "a"],
        "grant_types": ["refresh_token", "authorization_code"],
        "redirect_uris": ["https://a.example.com/back", "com.example.app:/back"],
        "jwks": None,
        "alg": "EdDSA",
        "expires_in_format": "SECONDS",
        "token_aliases": 1,
        "factor_visibility": "UNRESTRICTED",
        "status": "ACTIVE",
    }
    assert made_client(authme, "--first-party")["first_party"] == 1


def test_a_client_is_placed_in_what_is_registered(authme: Commands):
    made_client(authme)
    ids = register(authme)
    words = [word for name, value in ids.items() for word in (f"--{name}", value)]

    client_id = authme.json("client", "create", "--app-id", APPLICATION, *words)["clientId"]

    columns = "app_id, organization_id, business_unit_id, business_id, service_account_id"
    found = authme.rows(f"SELECT {columns} FROM client WHERE id = '{client_id}'")  # noqa: S608  # our own names
    assert found == [(APPLICATION, *ids.values())]


def test_a_registered_application_brings_its_organisation(authme: Commands):
    made_client(authme)
    register(authme)

    assert made_client(authme, "--app-id", APPLICATION)["organization_id"] == "a" * 24


def test_what_is_not_registered_is_refused(authme: Commands):
    for option in ("--organization-id", "--business-unit-id", "--business-id", "--service-account-id", "--user-id", "--app-id"):
        assert "there is no such" in refused(authme("client", "create", option, NOBODY)), option

    assert authme.count("client") == 0


def test_a_third_party_does_not_get_to_see_passwords(authme: Commands):
    assert "grantTypes" in refused(authme("client", "create", "--third-party", "--grant", "password"))
    assert made_client(authme, "--third-party")["grant_types"] == ["client_credentials", "refresh_token"]


def test_an_algorithm_that_comes_into_use_gets_its_keys(authme: Commands):
    made_client(authme, "--alg", "EdDSA")

    found = {(one["alg"], one["state"]) for one in authme.json("keys", "list")}

    assert found == {(alg, state) for alg in ("ES256", "EdDSA") for state in ("CURRENT", "NEXT")}


def test_public_keys_are_taken_from_a_file(authme: Commands):
    text = json.dumps({"keys": [generate("ES256").public_jwk()]})
    Path("jwks.json").write_text(text)

    assert made_client(authme, "--jwks", "jwks.json")["jwks"] == text


class TestWrongValues:
    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--alg", "HS256"), ("--alg", "none"), ("--alg", "es256"), ("--expires-in-format", "DURATION"),
            ("--factor-visibility", "ALL"),
        ],
    )  # fmt: skip
    def test_an_unknown_word_is_refused_with_those_that_are_known(self, authme: Commands, option: str, value: str):
        message = misused(authme("client", "create", option, value))

        assert option in message
        assert value in message
        assert "is not one of" in message
        assert not authme.file.exists()

    @pytest.mark.parametrize("grant", ["implicit", "PASSWORD", ""])
    def test_an_unknown_grant_is_refused_with_those_that_are_known(self, authme: Commands, grant: str):
        message = refused(authme("client", "create", "--grant", "password", "--grant", grant))

        assert message.startswith("--grant: one of password, refresh_token, client_credentials, authorization_code ")
        assert not authme.file.exists()

    def test_a_redirect_uri_that_sends_codes_astray_is_refused(self, authme: Commands):
        for uri in ("http://a.example.com", "a.example.com", "https://a.example.com/#x", "javascript:x", "https://["):
            assert "redirectURI" in refused(authme("client", "create", "--redirect-uri", uri)), uri

        assert authme.count("client") == 0
        assert authme.rows("SELECT 1 FROM audit_event WHERE action LIKE 'client.%'") == []

    def test_key_sets_that_cannot_be_read_or_hold_no_public_keys_are_refused(self, authme: Commands):
        Path("text").write_text("no JSON")
        Path("bytes").write_bytes(b"\xff\xfe")
        Path("private.json").write_text('{"keys":[{"kty":"oct","k":"AAAA"}]}')

        assert refused(authme("client", "create", "--jwks", "missing")).startswith("missing: ")
        assert refused(authme("client", "create", "--jwks", "bytes")).startswith("bytes: ")
        assert "jwks" in refused(authme("client", "create", "--jwks", "text"))
        assert "jwks" in refused(authme("client", "create", "--jwks", "private.json"))
        assert authme.count("client") == 0

    def test_a_client_that_is_not_there_is_refused(self, authme: Commands):
        authme.json("client", "create")
        before = authme.count("audit_event")

        for command in ("lock", "unlock", "remove"):
            assert refused(authme("client", command, NOBODY, "--json")) == "There is no such resource."
            assert refused(authme("client", command, "x")) == "a client id has 24 hex digits"
            assert misused(authme("client", command)) == "Missing argument 'CLIENT_ID'."
        assert authme.rows("SELECT status FROM client") == [("ACTIVE",)]
        assert authme.count("audit_event") == before


class TestLockingAndRemoving:
    def test_each_changes_what_is_stored_and_is_in_the_audit(self, authme: Commands):
        client = authme.json("client", "create")["clientId"]

        statuses = []
        for command in ("lock", "unlock", "remove"):
            assert authme("client", command, client).exit_code == 0
            statuses += [row[0] for row in authme.rows("SELECT status FROM client")]

        assert statuses == ["LOCKED", "ACTIVE", "REMOVED"]
        actions = authme.rows(f"SELECT action FROM audit_event WHERE target = '{client}' ORDER BY id")  # noqa: S608  # our own id
        assert actions == [("client.created",), ("client.locked",), ("client.unlocked",), ("client.removed",)]

    def test_locking_twice_succeeds(self, authme: Commands):
        client = authme.json("client", "create")["clientId"]

        assert [authme("client", "lock", client).exit_code for _ in range(2)] == [0, 0]

    def test_what_was_removed_cannot_be_brought_back(self, authme: Commands):
        client = authme.json("client", "create")["clientId"]
        authme("client", "remove", client)

        assert refused(authme("client", "unlock", client)) == "There is no such resource."
        assert authme.rows("SELECT status FROM client") == [("REMOVED",)]


class TestList:
    def test_it_shows_what_the_client_is_and_no_secret(self, authme: Commands):
        made = authme.json("client", "create", "--name", "Portal", "--app-id", "p", "--scope", "a", "--scope", "b")

        (found,) = authme.json("client", "list")

        assert found.pop("createdAt").endswith("+00:00")
        assert found == {
            "clientId": made["clientId"], "name": "Portal", "appId": "p", "organizationId": None, "status": "ACTIVE",
            "scope": "a b", "alg": "ES256",
        }  # fmt: skip
        header, row = authme("client", "list").stdout.splitlines()
        assert header.split() == ["clientId", "name", "appId", "organizationId", "status", "scope", "alg", "createdAt"]
        assert row.startswith(made["clientId"])
        assert made["clientSecret"] not in row

    def test_none_is_said_and_is_an_empty_array(self, authme: Commands):
        assert authme("client", "list").stdout == "None.\n"
        assert authme.json("client", "list") == []

    def test_more_than_a_page_of_them_are_all_listed(self, authme: Commands):
        authme.json("client", "create")
        columns = [row[1] for row in authme.rows("PRAGMA table_info(client)")]
        others = ", ".join(name for name in columns if name != "id")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)"
        authme.change(
            f"INSERT INTO client (id, {others}) {numbers} SELECT printf('%024x', i), {others} FROM client, n"  # noqa: S608  # our own names
        )

        listed = [one["clientId"] for one in authme.json("client", "list")]

        assert len(listed) == len(set(listed)) == 451
