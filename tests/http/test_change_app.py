"""UI-11 and `renew-app-token`: the same session at another application."""

from typing import Any

import pytest

from authme.clients.remove import lock as lock_client
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient, GivenUser, claims

CHANGE, RENEW_APP = "/user-identities/me/change-app", "/user-identities/renew-app-token"
RENEW, SESSIONS = "/user-identities/renew-token", "/user-identities/me/sessions"


async def change(person: Api, target: str, **options: Any) -> Any:
    return await person.post(CHANGE, params={"targetClientId": target}, **options)


async def test_the_same_session_and_level_with_the_scopes_of_the_other_client(on_both: Given):
    client, other = await on_both.client(), await on_both.client("orders_read", app_id="orders", expires_in_format="SECONDS")
    token = await on_both.mfa_token(await on_both.user(), client)
    on_both.later(minutes=5)

    found = token_object(await change(on_both.api.as_(token), other.id))

    was, moved = claims(token), claims(str(found["accessToken"]))
    assert moved["client_id"] == other.id
    assert moved["client_id_default"] == client.id
    assert moved["app_id"] == "orders"
    assert found["scope"] == moved["scope"] == ["orders_read"]
    assert found["expiresIn"] == "3600"
    for same in ("sid", "sub", "acr", "amr", "auth_time", "authorities"):
        assert moved[same] == was[same]
    token_object(await on_both.api.as_client(other.id).post(RENEW, json={"refreshToken": found["refreshToken"]}))
    refused(await on_both.api.as_client(client.id).post(RENEW, json={"refreshToken": found["refreshToken"]}), 401, "206")
    (row,) = await on_both.trail("session.moved")
    assert row["detail"] == f'{{"to_client":"{other.id}"}}'


async def test_logging_out_at_one_client_is_logging_out_at_the_other(given: Given, client: GivenClient, user: GivenUser):
    other, person = await given.client(), await given.person(user, client)
    moved = given.api.as_(str(token_object(await change(person, other.id))["accessToken"]))

    await moved.post("/user-identities/me/logout")

    refused(await person.get(SESSIONS), 401, "204")
    refused(await change(person, other.id), 401, "204")


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"deviceId": "phone", "ip": "10.0.0.1"}}])
async def test_the_body_is_optional(given: Given, client: GivenClient, user: GivenUser, options: dict[str, Any]):
    person = await given.person(user, client)

    token_object(await change(person, (await given.client()).id, **options))


async def test_the_target_has_to_be_named_and_to_be_there(given: Given, client: GivenClient, user: GivenUser):
    person = await given.person(user, client)
    third_party, locked = await given.client(first_party=False), await given.client()
    await given.run(lambda ctx: lock_client(ctx, locked.id))

    refused(await person.post(CHANGE), 400, "101")
    refused(await change(person, ""), 400, "101")
    for unknown in ("0" * 24, "x", "\0", client.id.upper() + "x", third_party.id, locked.id):
        refused(await change(person, unknown), 400, "107")
    refused(await change(person, client.id, json={"targetClientId": client.id}), 400, "106")
    refused(await change(person, client.id, json={"deviceId": 1, "ip": []}), 400, "102", "102")


async def test_nobody_is_moved_who_has_proved_nothing(given: Given, client: GivenClient, user: GivenUser):
    named = await given.api.as_client(client.id).post("/user-identities/identification", json={"username": user.name})

    refused(await change(given.api.as_(named.json()["accessToken"]), client.id), 403, "301")
    refused(await change(given.api.as_client(client.id), client.id), 401, "201")


class TestRenewAppToken:
    async def test_the_same_session_for_another_client(self, given: Given, client: GivenClient, user: GivenUser):
        other = await given.client("orders_read", app_id="orders")
        token = await given.user_token(user, client)

        body = {"originClientId": client.id, "clientId": other.id}
        found = token_object(await given.api.as_(token).post(RENEW_APP, json=body))

        moved = claims(str(found["accessToken"]))
        assert moved["client_id"] == other.id
        assert moved["client_id_default"] == client.id
        assert moved["sid"] == claims(token)["sid"]
        assert found["scope"] == ["orders_read"]
        token_object(await given.api.as_client(other.id).post(RENEW, json={"refreshToken": found["refreshToken"]}))

    async def test_only_from_the_client_that_holds_the_token_and_to_one_that_is_there(
        self, given: Given, client: GivenClient, user: GivenUser
    ):
        third_party, other = await given.client(first_party=False), await given.client()
        caller = given.api.as_(await given.user_token(user, client))

        refused(await caller.post(RENEW_APP, json={"originClientId": other.id, "clientId": client.id}), 403, "302")
        refused(await caller.post(RENEW_APP, json={"originClientId": client.id, "clientId": "0" * 24}), 400, "107")
        refused(await caller.post(RENEW_APP, json={"originClientId": client.id, "clientId": third_party.id}), 400, "107")
