"""GT-01: one operation for every grant."""

from typing import Any

import pytest

from support.answers import refused, token_object
from support.api import basic
from support.given import Given, GivenClient, GivenUser, claims

PATH = "/token"


async def ask(given: Given, client: GivenClient, **body: Any) -> Any:
    return await given.api.post(PATH, headers={"authorization": basic(client.id, client.secret)}, json=body)


async def test_client_credentials_by_basic_and_in_the_body(on_both: Given):
    client = await on_both.client()

    by_basic = await ask(on_both, client, grantType="client_credentials")
    in_body = await on_both.api.post(
        PATH, json={"grantType": "client_credentials", "clientId": client.id, "clientSecret": client.secret}
    )

    for answer in (by_basic, in_body):
        found = token_object(answer)
        assert claims(str(found["accessToken"]))["sub"] == client.id
        assert found["refreshToken"]


async def test_a_password_and_then_its_refresh_token(on_both: Given):
    client, user = await on_both.client(), await on_both.user()

    first = token_object(await ask(on_both, client, grantType="password", username=user.name, password=user.password))
    second = token_object(await ask(on_both, client, grantType="refresh_token", refreshToken=first["refreshToken"]))

    said = claims(str(second["accessToken"]))
    assert said["sub"] == user.id
    assert said["sid"] == claims(str(first["accessToken"]))["sid"]
    # A person's token does not come to hold what operations grant to the service itself.
    assert "ROLE_CLI-AUTH-BASIC" not in said["authorities"]


async def test_a_services_refresh_token_is_good_only_with_the_secret(given: Given, client: GivenClient):
    found = token_object(await ask(given, client, grantType="client_credentials"))
    body = {"refreshToken": found["refreshToken"]}

    refused(await given.api.as_client(client.id).post("/user-identities/renew-token", json=body), 401, "206")
    token_object(await ask(given, client, grantType="refresh_token", **body))


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        ({}, 400, ["101"]),
        ({"grantType": "magic"}, 400, ["102"]),
        ({"grantType": "password"}, 400, ["101", "101"]),
        ({"grantType": "password", "username": "a"}, 400, ["101"]),
        ({"grantType": "refresh_token"}, 400, ["101"]),
        ({"grantType": "authorization_code", "code": "x"}, 403, ["301"]),
        ({"grantType": "password", "username": "nobody@example.com", "password": "x"}, 401, ["203"]),
        ({"grantType": "refresh_token", "refreshToken": "x"}, 401, ["206"]),
        ({"grantType": "client_credentials", "scope": "ADMIN"}, 400, ["106"]),
    ],
)
async def test_what_is_wrong_is_named(given: Given, client: GivenClient, body: dict[str, Any], status: int, codes: list[str]):
    refused(await ask(given, client, **body), status, *codes)


async def test_the_client_is_proved_first(given: Given, client: GivenClient, user: GivenUser):
    right = {"grantType": "password", "username": user.name, "password": user.password}

    refused(await given.api.post(PATH, json=right), 401, "9")
    refused(await given.api.post(PATH, json=right | {"clientId": client.id}), 401, "9")
    refused(await given.api.post(PATH, json=right | {"clientId": client.id, "clientSecret": "x"}), 401, "9")
    refused(await given.api.post(PATH, json=right, headers={"authorization": basic(client.id, "x")}), 401, "9")


async def test_a_grant_that_a_client_does_not_have(given: Given):
    client = await given.client(grant_types=("password",))
    allowed = await given.client(grant_types=("authorization_code",))

    refused(await ask(given, client, grantType="client_credentials"), 403, "301")
    refused(await ask(given, allowed, grantType="authorization_code"), 400, "101")
    refused(await ask(given, allowed, grantType="authorization_code", code="x"), 401, "206")
