"""CI-01 and CI-02: make and remove clients."""

from typing import Any

import pytest

from authme.kernel.context import MFA
from support.answers import refused, token_object
from support.api import Api
from support.given import Given, GivenClient

CLIENTS = "/client-identities"


@pytest.fixture
async def organization(given: Given) -> str:
    return await given.organization()


@pytest.fixture
async def administrator(given: Given, client: GivenClient, organization: str) -> Api:
    return await given.administrator(client, level=MFA, organization_id=organization)


async def test_a_new_client_logs_in_with_the_secret_of_the_answer(on_both: Given):
    administrator = await on_both.administrator(await on_both.client(), level=MFA)
    body = {
        "appId": "billing",
        "scope": ["orders_read", "orders_write"],
        "redirectURI": "https://billing.example.com/done",
        "grantTypes": ["client_credentials"],
    }

    answer = await administrator.post(CLIENTS, json=body)

    assert answer.status_code == 201
    made = answer.json()
    client_id, secret = made.pop("clientId"), made.pop("clientSecret")
    assert made == {
        "appId": "billing",
        "userId": None,
        "businessId": None,
        "serviceAccountId": None,
        "scope": ["orders_read", "orders_write"],
        "redirectURI": ["https://billing.example.com/done"],
        "grantTypes": ["client_credentials"],
        "businessUnitId": None,
        "organizationId": None,
        "status": "ACTIVE",
    }
    found = token_object(await on_both.api.login_client(client_id, secret))
    assert found["scope"] == ["orders_read", "orders_write"]
    (row,) = [row for row in await on_both.trail("client.created") if row["target"] == client_id]
    assert row["user_id"]
    assert secret not in str(await on_both.trail())


async def test_what_is_left_out_has_its_default(given: Given, administrator: Api, organization: str):
    made = (await administrator.post(CLIENTS, json={"appId": "x", "scope": [], "grantTypes": []})).json()

    assert made["scope"] == ["READ", "WRITE"]
    assert made["grantTypes"] == ["client_credentials", "password", "refresh_token"]
    assert made["organizationId"] == organization
    token_object(await given.api.login_client(made["clientId"], made["clientSecret"]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appId": None}, "102"),
        ({"appId": ""}, "102"),
        ({"scope": "READ"}, "102"),
        ({"scope": ["a b"]}, "102"),
        ({"scope": [1]}, "102"),
        ({"scope": ["s"] * 65}, "102"),
        ({"grantTypes": ["magic"]}, "102"),
        ({"redirectURI": "not a uri"}, "102"),
        ({"redirectURI": "http://billing.example.com/"}, "102"),
        ({"redirectURI": "javascript:alert(1)"}, "102"),
        ({"redirectURI": "https://x.example/#part"}, "102"),
        ({"redirectURI": ["https://x.example/", "http://[::1"]}, "102"),
        ({"userId": "0" * 24}, "107"),
        ({"organizationId": "0" * 24}, "107"),
        ({"businessUnitId": "0" * 24}, "107"),
        ({"businessId": "0" * 24}, "107"),
        ({"serviceAccountId": "0" * 24}, "107"),
        ({"appId": "0" * 24}, "107"),
        ({"userId": "x"}, "102"),
        ({"organizationId": 5}, "102"),
        ({"secret": "of my own"}, "106"),
    ],
)
async def test_a_wrong_field_is_named(given: Given, administrator: Api, change: dict[str, Any], code: str):
    before = len(await given.trail("client.created"))

    refused(await administrator.post(CLIENTS, json={"appId": "x"} | change), 400, code)

    assert len(await given.trail("client.created")) == before


async def test_redirects_to_the_persons_own_machine_and_to_applications(administrator: Api):
    uris = ["http://127.0.0.1:1234/cb", "http://localhost/cb", "com.example.app:/cb"]

    answer = await administrator.post(CLIENTS, json={"appId": "x", "redirectURI": uris})

    assert answer.json()["redirectURI"] == uris


async def test_one_factor_is_not_enough(given: Given, client: GivenClient):
    one_factor = await given.administrator(client)

    refused(await one_factor.post(CLIENTS, json={"appId": "x"}), 403, "301")
    refused(await one_factor.delete(f"{CLIENTS}/{client.id}"), 403, "301")


async def test_an_organisations_administrator_stays_within_it(given: Given, client: GivenClient, organization: str):
    user = await given.user(None, "ADMIN", organization_id=organization)
    caller = given.api.as_(await given.mfa_token(user, client))
    other = await given.organization()
    theirs, mine = await given.client(organization_id=other), await given.client(organization_id=organization)

    refused(await caller.post(CLIENTS, json={"appId": "x", "organizationId": other}), 400, "107")
    refused(await caller.post(CLIENTS, json={"appId": "x", "scope": ["account_lock"]}), 403, "302")
    assert (await caller.post(CLIENTS, json={"appId": "x", "scope": ["READ"]})).status_code == 201
    refused(await caller.delete(f"{CLIENTS}/{theirs.id}"), 404, "401")
    assert (await caller.delete(f"{CLIENTS}/{mine.id}")).status_code == 204


async def test_nobody_is_given_a_usual_scope_that_the_maker_does_not_have(given: Given, organization: str):
    narrow = await given.client("READ", "orders_read")
    user = await given.user(None, "ADMIN", organization_id=organization)

    answer = await given.api.as_(await given.mfa_token(user, narrow)).post(CLIENTS, json={"appId": "x"})

    assert answer.json()["scope"] == ["READ"]


async def test_an_administrator_of_no_organisation_makes_no_client(given: Given, client: GivenClient):
    caller = given.api.as_(await given.mfa_token(await given.user(None, "ADMIN"), client))

    # As a service, a client without an organisation reaches all of them.
    refused(await caller.post(CLIENTS, json={"appId": "x"}), 403, "302")


async def test_a_removed_client_is_gone_with_its_tokens_and_sessions(on_both: Given):
    keeper, client, user = await on_both.client(), await on_both.client("identity_read"), await on_both.user()
    administrator = await on_both.administrator(keeper, level=MFA)
    tokens, service = await on_both.tokens(user, client), await on_both.client_token(client)

    answer = await administrator.delete(f"{CLIENTS}/{client.id}")

    assert (answer.status_code, answer.content) == (204, b"")
    refused(await on_both.api.as_(service).get(f"/user-identities/{user.id}"), 401, "201")
    refused(await on_both.api.as_(tokens["accessToken"]).post("/user-identities/me/logout"), 401, "201")
    refused(await on_both.api.login_client(client.id, client.secret), 401, "9")
    refused(await on_both.api.as_client(client.id).login(user.name, user.password), 401, "9")
    refused(await administrator.delete(f"{CLIENTS}/{client.id}"), 404, "401")


async def test_what_is_no_client_is_not_found(administrator: Api):
    for wrong in ("0" * 24, "x", "A" * 24, "%00", "0" * 5000):
        refused(await administrator.delete(f"{CLIENTS}/{wrong}"), 404, "401")


async def test_a_client_cannot_remove_itself(client: GivenClient, administrator: Api):
    refused(await administrator.delete(f"{CLIENTS}/{client.id}"), 403, "302")
