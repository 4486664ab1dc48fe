"""AK-01, AK-02 and AK-04: make, list and remove API keys."""

import base64
from typing import Any

import pytest

from authme.clients.remove import lock, remove
from support.answers import refused
from support.api import Api
from support.api_keys import KEYS, READ, drawn_key, given_key, with_key
from support.given import Given, GivenClient, at_once
from support.two_engines import rows_of


@pytest.fixture
async def administrator(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


async def administrator_of(given: Given, organization_id: str, *scopes: str) -> Api:
    user = await given.user(None, "ADMIN", organization_id=organization_id)
    return await given.person(user, await given.client(*(scopes or ("READ", "WRITE"))))


def body_for(client: GivenClient, **more: Any) -> dict[str, Any]:
    return {"appId": "app", "clientId": client.id} | more


async def test_a_new_key_speaks_for_its_client(on_both: Given):
    client, user = await on_both.client(READ), await on_both.user()
    administrator = await on_both.administrator(await on_both.client())

    answer = await administrator.post(
        KEYS, json=body_for(client, description=" The night's batch ", expiresAt="2030-01-31T00:00:00Z")
    )

    assert answer.status_code == 201, answer.text
    made = answer.json()
    key_id, key = made.pop("apiKeyId"), made.pop("apiKey")
    assert len(key_id) == 24
    assert len(base64.b64decode(key, validate=True)) == 32
    assert made == {
        "appId": "app",
        "clientId": client.id,
        "description": "The night's batch",
        "expiresAt": "2030-01-31T00:00:00Z",
        "createdAt": "2025-11-24T16:00:00Z",
    }
    assert (await with_key(on_both, key).get(f"/user-identities/{user.id}")).status_code == 200
    (row,) = await on_both.trail("api_key.created")
    assert (row["target"], client.id in str(row["detail"])) == (key_id, True)


async def test_a_key_that_is_given_is_the_key(given: Given, administrator: Api):
    client, user, key = await given.client(READ), await given.user(), drawn_key()

    made = (await administrator.post(KEYS, json=body_for(client, apiKey=key))).json()

    assert (made["apiKey"], made["description"], made["expiresAt"]) == (key, None, None)
    assert (await with_key(given, key).get(f"/user-identities/{user.id}")).status_code == 200


async def test_only_a_keyed_hash_and_the_last_four_characters_are_kept(on_both: Given):
    key = await given_key(on_both, await on_both.client())
    administrator = await on_both.administrator(await on_both.client())

    stored = await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT * FROM api_key")
    listed = await administrator.get(KEYS)

    for seen in (str(stored), listed.text, str(await on_both.trail())):
        assert key.key not in seen
        assert key.key.removesuffix("=")[:12] not in seen
        assert base64.b64decode(key.key).hex() not in seen
    assert listed.json()["items"][0]["lastFour"] == key.key[-4:]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appId": None}, "102"),
        ({"appId": "another"}, "102"),
        ({"clientId": "x"}, "102"),
        ({"clientId": "0" * 24}, "107"),
        ({"apiKey": ""}, "102"),
        ({"apiKey": "x" * 44}, "102"),
        ({"apiKey": base64.b64encode(bytes(32)).decode()}, "102"),
        ({"apiKey": base64.b64encode(b"\xff" * 32).decode()}, "102"),
        ({"apiKey": base64.b64encode(b"secret" * 6)[:44].decode()}, "102"),
        ({"apiKey": base64.b64encode(bytes(range(31))).decode()}, "102"),
        ({"apiKey": base64.b64encode(bytes(range(33))).decode()}, "102"),
        ({"apiKey": base64.b64encode(bytes(range(100, 132))).decode() + "\n"}, "102"),
        ({"apiKey": base64.b64encode(bytes(range(100, 132))).decode()[:-2] + "Z="}, "102"),
        ({"apiKey": base64.urlsafe_b64encode(bytes(range(224, 256))).decode()}, "102"),
        ({"apiKey": 7}, "102"),
        ({"description": ""}, "102"),
        ({"description": "x" * 5000}, "102"),
        ({"expiresAt": "2025-11-24T16:00:00Z"}, "102"),
        ({"expiresAt": "2030-01-31"}, "102"),
        ({"expiresAt": "2030-01-31T00:00:00"}, "102"),
        ({"expiresAt": "9999-12-31T23:59:59-23:59"}, "102"),
        ({"expiresAt": "0001-01-01T00:00:00+23:59"}, "102"),
        ({"expiresAt": 1_900_000_000}, "102"),
        ({"lastFour": "AAA="}, "106"),
    ],
)
async def test_a_wrong_field_is_named(given: Given, client: GivenClient, administrator: Api, change: dict[str, Any], code: str):
    refused(await administrator.post(KEYS, json=body_for(client) | change), 400, code)

    assert await given.trail("api_key.created") == []


async def test_a_key_may_last_to_the_end_of_the_calendar(client: GivenClient, administrator: Api):
    answer = await administrator.post(KEYS, json=body_for(client, expiresAt="9999-12-31T23:59:59.999999Z"))

    assert answer.json()["expiresAt"].startswith("9999-12-31T23:59:59.99")
    assert (await administrator.get(KEYS)).json()["items"][0]["expiresAt"] == answer.json()["expiresAt"]


async def test_a_client_that_is_not_active_is_as_one_that_is_not_there(given: Given, administrator: Api):
    locked, removed, nobody = await given.client(), await given.client(), GivenClient("0" * 24, "")
    await given.run(lambda ctx: lock(ctx, locked.id))
    await given.run(lambda ctx: remove(ctx, removed.id))

    answers = [await administrator.post(KEYS, json=body_for(client)) for client in (locked, removed, nobody)]

    for answer in answers:
        refused(answer, 400, "107")
    assert len({answer.text for answer in answers}) == 1


async def test_a_key_that_somebody_has_is_not_taken_again(on_both: Given):
    client, other = await on_both.client(), await on_both.client()
    administrator = await on_both.administrator(await on_both.client())
    key = await given_key(on_both, client)

    for one in (client, other):
        refused(await administrator.post(KEYS, json=body_for(one, apiKey=key.key)), 409, "403")

    assert (await administrator.delete(f"{KEYS}/{key.id}")).status_code == 204
    assert (await administrator.post(KEYS, json=body_for(other, apiKey=key.key))).status_code == 201


async def test_of_ten_that_make_the_same_key_at_once_one_does(on_both: Given):
    client, key = await on_both.client(), drawn_key()
    administrator = await on_both.administrator(await on_both.client())

    answers = await at_once(*(administrator.post(KEYS, json=body_for(client, apiKey=key)) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


async def test_nobody_gets_by_a_key_a_scope_that_they_do_not_have(given: Given):
    mine = await given.organization()
    strong = await given.client("READ", "account_lock", organization_id=mine)
    key = await given_key(given, strong)
    weak = await administrator_of(given, mine)
    body = body_for(strong, apiKey=drawn_key())

    refused(await weak.post(KEYS, json=body), 403, "302")
    refused(await weak.put(f"{KEYS}/{key.id}", json=body), 403, "302")
    assert (await (await administrator_of(given, mine, "READ", "account_lock")).post(KEYS, json=body)).status_code == 201
    # Who may not know the key may still take it away.
    assert (await weak.delete(f"{KEYS}/{key.id}")).status_code == 204


async def test_nobody_gets_by_a_key_a_role_that_they_may_not_hand_on(on_both: Given):
    """Also no role that comes to the client's service account by what its group depends on."""
    mine, theirs = await on_both.organization(), await on_both.organization()
    own, foreign = await on_both.role("BILLING", mine), await on_both.role("TREASURY", theirs)
    places = {"organization_id": mine}
    billing, treasury = await on_both.group(own, **places), await on_both.group(foreign)
    above = await on_both.group(depends_on=(treasury,), **places)
    clients = []
    for group in (billing, above):
        service = await on_both.service_account(mine)
        await on_both.member(group, "SERVICE", service)
        clients.append(await on_both.client("READ", organization_id=mine, service_account_id=service))
    key = await given_key(on_both, clients[1])
    administrator = await administrator_of(on_both, mine)

    assert (await administrator.post(KEYS, json=body_for(clients[0]))).status_code == 201
    refused(await administrator.post(KEYS, json=body_for(clients[1])), 403, "302")
    body = body_for(clients[1], apiKey=drawn_key())
    refused(await administrator.put(f"{KEYS}/{key.id}", json=body), 403, "302")
    everywhere = await on_both.administrator(await on_both.client())
    assert (await everywhere.put(f"{KEYS}/{key.id}", json=body)).status_code == 200


async def test_an_administrator_reaches_the_keys_of_their_organisation(on_both: Given):
    places = (await on_both.organization(), await on_both.organization(), None)
    clients = [await on_both.client(organization_id=place) for place in places]
    keys = [await given_key(on_both, client) for client in clients]
    administrator = await administrator_of(on_both, str(places[0]))

    listed = (await administrator.get(KEYS)).json()

    assert [item["apiKeyId"] for item in listed["items"]] == [keys[0].id]
    for client, key in zip(clients[1:], keys[1:], strict=True):
        body = body_for(client, apiKey=drawn_key())
        refused(await administrator.post(KEYS, json=body), 400, "107")
        refused(await administrator.put(f"{KEYS}/{key.id}", json=body), 404, "401")
        refused(await administrator.delete(f"{KEYS}/{key.id}"), 404, "401")
    everywhere = await on_both.administrator(await on_both.client())
    assert {item["apiKeyId"] for item in (await everywhere.get(KEYS)).json()["items"]} == {key.id for key in keys}


async def test_an_administrator_of_no_organisation_reaches_nothing(given: Given, client: GivenClient):
    await given_key(given, client)
    nowhere = await given.person(await given.user(None, "ADMIN"), client)

    assert (await nowhere.get(KEYS)).json() == {"items": [], "nextCursor": None}
    refused(await nowhere.post(KEYS, json=body_for(client)), 400, "107")


async def test_the_list_comes_in_pages_and_shows_what_is_kept(on_both: Given):
    client, gone = await on_both.client(), await on_both.client()
    keys = sorted([await given_key(on_both, client, description="for the night") for _ in range(5)], key=lambda key: key.id)
    await given_key(on_both, gone)
    await on_both.run(lambda ctx: remove(ctx, gone.id))
    administrator = await on_both.administrator(await on_both.client())

    first = (await administrator.get(KEYS, params={"limit": "3"})).json()
    second = (await administrator.get(KEYS, params={"limit": "3", "cursor": first["nextCursor"]})).json()

    assert [item["apiKeyId"] for item in first["items"] + second["items"]] == [key.id for key in keys]
    assert second["nextCursor"] is None
    assert first["items"][0] == {
        "apiKeyId": keys[0].id,
        "appId": "app",
        "clientId": client.id,
        "description": "for the night",
        "lastFour": keys[0].key[-4:],
        "expiresAt": None,
        "lastUsedAt": None,
        "createdAt": "2025-11-24T16:00:00Z",
        "updatedAt": "2025-11-24T16:00:00Z",
    }
    for wrong in ({"limit": "0"}, {"limit": "x"}, {"cursor": "ä"}):
        refused(await administrator.get(KEYS, params=wrong), 400, "102")


async def test_a_removed_key_is_dead_at_once_and_gone(on_both: Given):
    client, user = await on_both.client(READ), await on_both.user()
    key, other = await given_key(on_both, client), await given_key(on_both, client)
    administrator = await on_both.administrator(await on_both.client())
    path = f"/user-identities/{user.id}"
    assert (await with_key(on_both, key.key).get(path)).status_code == 200

    answer = await administrator.delete(f"{KEYS}/{key.id}")

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await with_key(on_both, key.key).get(path), 401, "9")
    assert (await with_key(on_both, other.key).get(path)).status_code == 200
    refused(await administrator.delete(f"{KEYS}/{key.id}"), 404, "401")
    assert [item["apiKeyId"] for item in (await administrator.get(KEYS)).json()["items"]] == [other.id]


async def test_of_five_that_remove_a_key_at_once_one_does(on_both: Given):
    key = await given_key(on_both, await on_both.client())
    administrator = await on_both.administrator(await on_both.client())

    answers = await at_once(*(administrator.delete(f"{KEYS}/{key.id}") for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 4
    assert len(await on_both.trail("api_key.removed")) == 1


async def test_the_keys_of_a_removed_client_are_gone_with_it(given: Given, administrator: Api):
    client = await given.client()
    key = await given_key(given, client)
    await given.run(lambda ctx: remove(ctx, client.id))

    refused(await administrator.put(f"{KEYS}/{key.id}", json=body_for(client, apiKey=drawn_key())), 404, "401")
    refused(await administrator.delete(f"{KEYS}/{key.id}"), 404, "401")


async def test_no_key_makes_keys(given: Given, client: GivenClient):
    everything = await given_key(given, await given.client("ADMIN", "IAM_ADMIN_MAINTENANCE"))

    refused(await with_key(given, everything.key).post(KEYS, json=body_for(client)), 403, "301")
    refused(await with_key(given, everything.key).get(KEYS), 403, "301")
