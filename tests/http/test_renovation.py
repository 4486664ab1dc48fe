"""UI-09: renew, and look again at who the user is."""

from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import Api, basic
from support.given import Given, GivenClient, GivenUser, at_once, claims
from support.two_engines import plain_sql, rows_of

RENOVATE, RENEW, LOGIN = "/user-identities/renovate-token", "/user-identities/renew-token", "/user-identities/login"
FIRM, OTHER_FIRM = "5" * 24, "6" * 24


async def renovate(caller: Api, tokens: dict[str, Any], **body: Any) -> Any:
    return await caller.post(RENOVATE, json={"refreshToken": tokens["refreshToken"]} | body)


async def test_it_renews_as_a_renewal_does(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, first = on_both.api.as_client(client.id), await on_both.tokens(user, client)

    second = token_object(await renovate(caller, first))

    old, new = claims(first["accessToken"]), claims(str(second["accessToken"]))
    for same in ("sid", "auth_time", "authorities", "scope", "amr", "acr"):
        assert new[same] == old[same]
    again = token_object(await caller.post(RENEW, json={"refreshToken": first["refreshToken"]}))
    assert again["refreshToken"] == second["refreshToken"]
    on_both.later(seconds=11)
    refused(await renovate(caller, first), 401, "206")
    refused(await renovate(caller, second), 401, "204")


async def move(given: Given, to: str | None) -> None:
    """Bring everybody to another business."""
    stored = "NULL" if to is None else f"'{to}'"
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "UPDATE user_account SET business_id =", stored)


async def test_it_brings_the_session_to_the_business_of_today(on_both: Given):
    await on_both.business(id=FIRM)
    client, user = await on_both.client(), await on_both.user(None, business_id=FIRM)
    caller, tokens = on_both.api.as_client(client.id), await on_both.tokens(user, client)
    assert claims(tokens["accessToken"])["business_id"] == FIRM

    for business in (OTHER_FIRM, None, FIRM):
        await move(on_both, business)

        tokens = token_object(await renovate(caller, tokens))

        assert claims(str(tokens["accessToken"])).get("business_id") == business
        assert await rows_of(on_both.env["AUTHME_DATABASE_URL"], "SELECT business_id FROM session") == [(business,)]


async def test_a_plain_renewal_names_no_business_that_the_user_left_or_joined_since(given: Given, client: GivenClient):
    await given.business(id=FIRM)
    user = await given.user(None, business_id=FIRM)
    caller, tokens = given.api.as_client(client.id), await given.tokens(user, client)
    await move(given, OTHER_FIRM)

    tokens = token_object(await caller.post(RENEW, json={"refreshToken": tokens["refreshToken"]}))

    assert "business_id" not in claims(str(tokens["accessToken"]))


async def test_a_session_that_began_on_a_device_stays_on_it(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, headers = on_both.api.as_client(client.id), {"Authorization": basic(user.name, user.password)}
    on_phone = token_object(await caller.post(LOGIN, headers=headers, json={"deviceId": "phone"}))
    anywhere = await on_both.tokens(user, client)

    refused(await renovate(caller, on_phone, deviceId="tablet"), 401, "206")

    on_phone = token_object(await renovate(caller, on_phone, deviceId="phone"))
    token_object(await renovate(caller, on_phone))
    token_object(await renovate(caller, anywhere, deviceId="tablet"))


async def test_twenty_at_once_get_one_successor(on_both: Given):
    client, user = await on_both.client(), await on_both.user()
    caller, first = on_both.api.as_client(client.id), await on_both.tokens(user, client)
    url = on_both.env["AUTHME_DATABASE_URL"]
    await move(on_both, FIRM)

    answers = await at_once(*(renovate(caller, first) for _ in range(20)))

    assert len({str(token_object(answer)["refreshToken"]) for answer in answers}) == 1
    assert await rows_of(url, "SELECT count(*) FROM refresh_token") == [(2,)]
    assert await rows_of(url, "SELECT business_id FROM session") == [(FIRM,)]


async def test_a_session_without_a_user_is_not_renovated(given: Given, client: GivenClient):
    body = {"grantType": "client_credentials", "clientId": client.id, "clientSecret": client.secret}
    tokens = token_object(await given.api.post("/token", json=body))

    refused(await renovate(given.api.as_client(client.id), tokens), 401, "206")


async def test_a_locked_user_is_not_renovated(given: Given, client: GivenClient, user: GivenUser):
    tokens, service = await given.tokens(user, client), await given.service("account_lock")
    await service.post("/user-identities/lock", json={"userId": user.id})

    refused(await renovate(given.api.as_client(client.id), tokens), 401, "204")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"refreshToken": 1, "deviceId": 1}, ["102", "102"]),
        ({"refreshToken": "x", "deviceId": ""}, ["102"]),
        ({"refreshToken": "x", "ip": "x"}, ["106"]),
    ],
)
async def test_each_wrong_field_is_named(given: Given, client: GivenClient, body: dict[str, Any], codes: list[str]):
    refused(await given.api.as_client(client.id).post(RENOVATE, json=body), 400, *codes)
