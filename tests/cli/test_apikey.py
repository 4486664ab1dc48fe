import asyncio
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from cli.commands import Commands, misused, refused
from support.api_keys import with_key
from support.given import Given
from support.two_engines import NOON

NOBODY = "0" * 24


@pytest.fixture
def client_id(authme: Commands) -> str:
    return str(authme.json("client", "create", "--app-id", "billing", "--scope", "identity_read")["clientId"])


def made_key(authme: Commands, client_id: str, *words: object) -> dict[str, Any]:
    found: dict[str, Any] = authme.json("apikey", "create", "--client-id", client_id, *words)
    return found


async def answers(authme: Commands, *keys: str) -> list[int]:
    """Return what a server answers to these keys."""
    given = Given({name: str(value) for name, value in authme.env.items()}, FakeClock(NOON))
    await given.open()
    try:
        return [(await with_key(given, key).get(f"/user-identities/{NOBODY}")).status_code for key in keys]
    finally:
        await given.close()


def test_the_answer_is_the_id_and_the_key_and_only_a_digest_of_it_is_kept(authme: Commands, client_id: str):
    made = made_key(authme, client_id, "--description", "the night's batch", "--expires-at", "2100-01-31T00:00:00Z")

    assert made.keys() == {"apiKeyId", "apiKey"}
    ((key_id, of_client, app_id, description, expires_at, stored),) = authme.rows(
        "SELECT id, client_id, app_id, description, expires_at, key_hash FROM api_key"
    )
    assert (key_id, of_client, app_id) == (made["apiKeyId"], client_id, "billing")
    assert (description, expires_at, len(stored)) == ("the night's batch", 4_105_036_800_000, 32)
    everything = b"".join(file.read_bytes() for file in authme.file.parent.glob("authme.db*"))
    assert made["apiKey"].encode() not in everything


def test_a_person_is_shown_the_key_and_that_it_is_the_only_time(authme: Commands, client_id: str):
    result = authme("apikey", "create", "--client-id", client_id)

    ((key_id,),) = authme.rows("SELECT id FROM api_key")
    assert f"api key id  {key_id}\n" in result.stdout
    assert "cannot be shown again" in result.stdout


async def test_keys_work_as_long_as_they_are_there(authme: Commands, client_id: str):
    first, second = [await asyncio.to_thread(made_key, authme, client_id) for _ in range(2)]
    assert await answers(authme, first["apiKey"], second["apiKey"]) == [404, 404]

    rotated = await asyncio.to_thread(authme.json, "apikey", "rotate", first["apiKeyId"])
    removed = await asyncio.to_thread(authme.json, "apikey", "remove", second["apiKeyId"])

    assert rotated["apiKeyId"] == first["apiKeyId"]
    assert removed == {"apiKeyId": second["apiKeyId"], "status": "REMOVED"}
    assert await answers(authme, rotated["apiKey"], first["apiKey"], second["apiKey"]) == [404, 404, 401]
    again = await asyncio.to_thread(authme.json, "apikey", "rotate", first["apiKeyId"])
    assert await answers(authme, again["apiKey"], rotated["apiKey"], first["apiKey"]) == [404, 404, 401]


def test_the_list_shows_no_key(authme: Commands, client_id: str):
    assert authme("apikey", "list").stdout == "None.\n"
    made = made_key(authme, client_id)

    (item,) = authme.json("apikey", "list")
    shown = authme("apikey", "list").stdout

    assert item.pop("createdAt")
    assert item == {
        "apiKeyId": made["apiKeyId"],
        "clientId": client_id,
        "appId": "billing",
        "description": None,
        "lastFour": made["apiKey"][-4:],
        "expiresAt": None,
        "lastUsedAt": None,
    }
    assert made["apiKeyId"] in shown
    assert made["apiKey"] not in shown


def test_every_command_leaves_its_trace(authme: Commands, client_id: str):
    key_id = made_key(authme, client_id)["apiKeyId"]
    authme.json("apikey", "rotate", key_id)
    authme.json("apikey", "remove", key_id)

    rows = authme.rows("SELECT action, target FROM audit_event WHERE action LIKE 'api_key.%' ORDER BY id")
    assert rows == [("api_key.created", key_id), ("api_key.rotated", key_id), ("api_key.removed", key_id)]


def test_a_client_that_is_not_there_or_locked_gets_none(authme: Commands, client_id: str):
    authme.json("client", "lock", client_id)

    for one in (client_id, NOBODY):
        assert refused(authme("apikey", "create", "--client-id", one)) == "`clientId`: there is no such client."
    assert authme.count("api_key") == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--expires-at", "tomorrow"), "--expires-at: a time with its offset from UTC (RFC 3339) is expected"),
        (("--expires-at", "2030-01-31T00:00:00"), "--expires-at: a time with its offset from UTC (RFC 3339) is expected"),
        (("--expires-at", "2001-01-31T00:00:00Z"), "`expiresAt`: a time in the future is expected (RFC 3339)."),
        (("--description", ""), "--description: a text of 1 to 4096 characters is expected"),
    ],
)
def test_what_cannot_be_used_is_named(authme: Commands, client_id: str, words: tuple[str, ...], message: str):
    assert refused(authme("apikey", "create", "--client-id", client_id, *words)) == message
    assert authme.count("api_key") == 0


def test_the_client_has_to_be_named(authme: Commands):
    assert misused(authme("apikey", "create")) == "Missing option '--client-id'."
    assert refused(authme("apikey", "create", "--client-id", "x")) == "--client-id: 24 lowercase hex digits is expected"


@pytest.mark.parametrize("verb", ["rotate", "remove"])
def test_a_key_that_is_not_there_is_told(authme: Commands, verb: str):
    assert refused(authme("apikey", verb, NOBODY)) == "There is no such resource."
    assert refused(authme("apikey", verb, "x")) == "an API key id has 24 hex digits"
