"""CI-04: log a client in by HTTP Basic."""

import base64
from typing import Any

import pytest

from authme.clients import store
from authme.clients.remove import lock
from support.answers import refused, token_object
from support.api import basic
from support.given import Given, GivenClient, claims

LOGIN = "/client-identities/login"


async def test_a_client_gets_a_token_object(on_both: Given):
    client = await on_both.client()

    found = token_object(await on_both.api.login_client(client.id, client.secret))

    assert found.keys() == {"accessToken", "tokenType", "expiresIn", "scope"}
    assert found["scope"] == ["READ", "WRITE"]
    assert found["expiresIn"] == str(on_both.clock.now() + 3600)


async def test_the_token_says_who_the_client_is(given: Given):
    organization = await given.organization()
    service, unit = await given.service_account(organization), await given.business_unit(organization)
    client = await given.client("READ", app_id="billing", service_account_id=service, business_unit_id=unit)

    found = claims(await given.client_token(client))

    jti = found.pop("jti")
    assert len(jti) == 32
    assert found == {
        "iss": given.settings.tokens.issuer,
        "aud": given.settings.tokens.audience,
        "iat": given.clock.now(),
        "exp": given.clock.now() + 3600,
        "sub": client.id,
        "client_id": client.id,
        "app_id": "billing",
        "service_id": service,
        "business_unit_id": unit,
        "organization_id": organization,
        "scope": ["READ"],
        "authorities": ["ROLE_CLI-1STPARTY", "ROLE_CLI-AUTH-BASIC", "ROLE_CLI-AUTH-IDENTIFIED"],
    }


async def test_two_logins_give_two_tokens_and_both_stay_good(given: Given):
    client = await given.client("identity_read")
    user = await given.user()
    first, second = await given.client_token(client), await given.client_token(client)

    assert first != second
    for token in (first, second):
        assert (await given.api.as_(token).get(f"/user-identities/{user.id}")).status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"content": b""},
        {"content": b"{}"},
        {"content": b"[]", "headers": {"content-type": "application/json"}},
        {"content": b"grant_type=x&x", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"{not json", "headers": {"content-type": "application/json"}},
        {"content": b"\xff\xfe"},
        {"headers": {"cookie": "a=b; c", "x-stray": "1", "accept": "text/html"}},
        {"params": {"clientId": "nobody", "x": "1"}},
    ],
)
async def test_whatever_else_comes_with_the_request_is_ignored(given: Given, client: GivenClient, options: dict[str, Any]):
    headers = {"authorization": basic(client.id, client.secret)} | options.pop("headers", {})

    token_object(await given.api.post(LOGIN, headers=headers, **options))


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
async def test_the_word_basic_in_any_case(given: Given, client: GivenClient, scheme: str):
    encoded = basic(client.id, client.secret).removeprefix("Basic ")

    token_object(await given.api.post(LOGIN, headers={"authorization": f"{scheme} {encoded}"}))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def test_every_way_of_not_proving_it_has_one_answer(given: Given, client: GivenClient):
    locked = await given.client()
    await given.run(lambda ctx: lock(ctx, locked.id))
    wrong = [
        basic(client.id, "wrong"),
        basic(client.id, client.secret + "x"),
        basic(client.id, ""),
        basic("0" * 24, client.secret),
        basic("", ""),
        basic(locked.id, locked.secret),
        f"Bearer {client.secret}",
        f"Basic {client.id}",
        "Basic !!!",
        "Basic " + _base64("no colon"),
        "Basic " + base64.b64encode(b"\xff:\xfe").decode(),
        "Basic " + _base64("a\0b:c"),
        f"Basic {_base64('a:b')}, {basic(client.id, client.secret)}",
        "",
    ]

    answers = [await given.api.post(LOGIN, headers={"authorization": header}) for header in wrong]
    answers.append(await given.api.post(LOGIN))

    for answer in answers:
        refused(answer, 401, "9")
        assert "www-authenticate" not in answer.headers
    assert len({answer.text for answer in answers}) == 1


async def test_a_secret_with_a_colon_in_it(given: Given):
    """Secrets made here have none, but imported programs may hold one: only the first colon separates."""
    client = await given.client()
    answer = await given.api.login_client(client.id, f"{client.secret}:x")
    refused(answer, 401, "9")

    user = await given.user(password="a:colon:in it")
    token_object(await given.api.as_client(client.id).login(user.name, "a:colon:in it"))


@pytest.mark.parametrize("alg", ["RS512", "RS256", "PS256", "ES256", "EdDSA"])
async def test_each_client_has_its_algorithm(given: Given, alg: str):
    client = await given.client("identity_read", alg=alg)
    user = await given.user()

    token = await given.client_token(client)

    header = base64.urlsafe_b64decode(token.split(".")[0] + "==")
    assert f'"alg":"{alg}"'.encode() in header.replace(b" ", b"")
    assert b'"typ":"at+jwt"' in header.replace(b" ", b"")
    assert (await given.api.as_(token).get(f"/user-identities/{user.id}")).status_code == 200


async def test_seconds_instead_of_the_epoch(given: Given):
    client = await given.client(expires_in_format="SECONDS")

    assert token_object(await given.api.login_client(client.id, client.secret))["expiresIn"] == "3600"


async def test_aliases_are_given_where_a_client_wants_them(given: Given):
    client = await given.client(token_aliases=True)

    found = token_object(await given.api.login_client(client.id, client.secret))

    for name in ("access_token", "AccessToken"):
        assert found[name] == found["accessToken"]
    for name in ("token_type", "TokenType"):
        assert found[name] == "Bearer"
    assert found["expires_in"] == int(str(found["expiresIn"]))
    assert found["ExpiresIn"] == found["expiresIn"]


async def test_each_try_is_in_the_audit(on_both: Given):
    client = await on_both.client()

    await on_both.api.login_client(client.id, client.secret)
    await on_both.api.login_client(client.id, "wrong")

    rows = await on_both.trail("client.login")
    assert [(row["result"], row["target"], row["source"]) for row in rows] == [
        ("OK", client.id, "127.0.0.1"),
        ("REFUSED", client.id, "127.0.0.1"),
    ]


async def test_what_was_typed_instead_of_an_id_is_kept_nowhere(given: Given, client: GivenClient):
    await given.api.login_client(client.secret, client.id)

    assert client.secret not in str(await given.trail())


async def test_the_secret_is_stored_as_a_keyed_hash_only(given: Given, client: GivenClient):
    stored = await given.run(lambda ctx: store.find(ctx.tx, client.id))

    assert client.secret.encode() not in repr(stored).encode()
