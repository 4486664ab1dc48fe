"""UI-42 by a code: what is sent to the provider, and what of its answer is believed."""

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authme.crypto.jose import parse_foreign_keys, verify_foreign
from authme.kernel.clock import FakeClock
from support.answers import refusal, refused, token_object
from support.api import Api
from support.federated import LOGIN, said
from support.given import Given, MakeGiven
from support.openid_small import CALLBACK, NONCE, VERIFIER, Answer, SmallProvider, at_hash, public_jwk

CODE = {"code": "the code", "redirectUri": CALLBACK, "codeVerifier": VERIFIER}
BODY = {"provider": "small", "nonce": NONCE, **CODE}


@pytest.fixture
async def caller(given: Given) -> Api:
    return given.api.as_client((await given.client()).id)


async def bring(caller: Api, **changed: Any) -> httpx.Response:
    return await caller.post(LOGIN, json={name: value for name, value in (BODY | changed).items() if value is not None})


async def test_the_code_is_sent_with_what_it_was_asked_for_with(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(client_authentication="none", secret=None))
    provider.gives()

    token_object(await bring(caller))

    assert provider.forms == [
        {
            "grant_type": "authorization_code",
            "code": "the code",
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "client_id": "authme",
        }
    ]


async def test_by_basic_both_parts_are_escaped(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(client_id="a b:c", secret="100%+ü:/"))
    provider.gives(provider.id_token(aud="a b:c"))

    token_object(await bring(caller))

    sent = next(one["authorization"] for one in provider.headers if "authorization" in one)
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == "a+b%3Ac:100%25%2B%C3%BC%3A%2F"
    assert "client_id" not in provider.forms[0]


async def test_by_post_both_are_fields(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(client_authentication="client_secret_post", secret="100%+ü:/"))
    provider.gives()

    token_object(await bring(caller))

    assert (provider.forms[0]["client_id"], provider.forms[0]["client_secret"]) == ("authme", "100%+ü:/")


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
async def test_by_a_key_an_assertion_is_signed_that_is_good_for_minutes(
    given: Given, caller: Api, provider: SmallProvider, alg: str
):
    key: Any = {
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "RS256": lambda: rsa.generate_private_key(65537, 2048),
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }[alg]()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    await given.oidc_provider(**provider.settings(client_authentication="private_key_jwt", secret=pem, key_id="k1"))
    provider.gives()

    token_object(await bring(caller))

    form = provider.forms[0]
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    keys = parse_foreign_keys(json.dumps({"keys": [public_jwk(key, "k1", alg=alg)]}).encode())
    claims, now = verify_foreign(form["client_assertion"], keys).claims, given.clock.now()
    assert len(claims.pop("jti")) >= 20
    assert claims == {"iss": "authme", "sub": "authme", "aud": f"{provider.issuer}/token", "iat": now, "exp": now + 300}


async def test_apples_client_secret_is_signed_by_the_teams_key(given: Given, caller: Api, provider: SmallProvider):
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings = provider.settings(client_authentication="apple", secret=pem, key_id="KEY", team_id="TEAM")
    await given.oidc_provider(**settings)
    provider.gives()

    token_object(await bring(caller))

    keys = parse_foreign_keys(json.dumps({"keys": [public_jwk(key, "KEY")]}).encode())
    claims, now = verify_foreign(provider.forms[0]["client_secret"], keys).claims, given.clock.now()
    assert claims == {"iss": "TEAM", "sub": "authme", "aud": "https://appleid.apple.com", "iat": now, "exp": now + 300}


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        ({"secret": None}, "the provider's client secret is not configured here"),
        (
            {"client_authentication": "private_key_jwt", "secret": "x"},
            "the provider's private key that is configured here cannot be used",
        ),
        ({"redirect_uris": ()}, "redirectUri is none of those that are registered for the provider"),
        ({"redirect_uris": (f"{CALLBACK}/",)}, "redirectUri is none of those that are registered for the provider"),
    ],
)
async def test_a_row_that_lacks_something_is_named_before_the_provider_is_asked(
    given: Given, caller: Api, provider: SmallProvider, settings: dict[str, Any], check: str
):
    await given.oidc_provider(**provider.settings(**settings))

    assert said(await bring(caller)) == check
    assert provider.asked["/token"] == 0


@pytest.fixture
async def known(given: Given, caller: Api, provider: SmallProvider) -> Api:
    """A caller at a server that knows the provider."""
    await given.oidc_provider(**provider.settings())
    return caller


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (Answer({"error": "invalid_grant"}, 400), "the provider does not accept the code: invalid_grant (400)"),
        (Answer({"error": "x y"}, 400), "the provider does not accept the code: an error without a name (400)"),
        (Answer({"error": "x" * 65}, 400), "the provider does not accept the code: an error without a name (400)"),
        (Answer({"error": "\x1b[31m"}, 400), "the provider does not accept the code: an error without a name (400)"),
        (Answer({"error": {"a": 1}}, 403), "the provider does not accept the code: an error without a name (403)"),
        (Answer(b"<html>", 404), "the provider does not accept the code: an error without a name (404)"),
        (Answer(b"", 302, {"Location": "/other"}), "the provider does not accept the code: an error without a name (302)"),
        (
            Answer({"error": "invalid_client", "error_description": "secret"}, 401),
            "the provider does not take this server for its client: invalid_client",
        ),
        (Answer({"access_token": "x"}), "the provider's answer to the code has no ID token"),
        (Answer({"id_token": 7}), "the provider's answer to the code has no ID token"),
        (Answer([]), "the provider's answer to the code has no ID token"),
        (Answer(b"{"), "the provider's answer to the code has no ID token"),
        (Answer({"id_token": "x"}), "not three parts"),
        (Answer(b'{"id_token": "\\ud800.x.y"}'), "not base64url"),
        (Answer(b'{"id_token": "x", "access_token": "\\ud800"}'), "the provider's access token is malformed"),
        (Answer({"id_token": "x", "access_token": "x\r\nHost: y"}), "the provider's access token is malformed"),
        (Answer({"id_token": "x", "access_token": 7}), "the provider's access token is malformed"),
    ],
)
async def test_what_the_provider_answers_instead_of_tokens_is_named(
    known: Api, provider: SmallProvider, answer: Answer, check: str
):
    provider.answers["/token"] = answer

    assert said(await bring(known)) == check


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_provider_in_trouble_is_none_that_refuses(known: Api, provider: SmallProvider, status: int):
    provider.answers["/token"] = Answer({"error": "server_error"}, status)

    answer = await bring(known)

    refused(answer, 503, "902")
    assert int(answer.headers["retry-after"]) >= 1
    # It answers: the next one asks it again.
    provider.gives()
    token_object(await bring(known))


async def test_an_answer_without_end_is_none(known: Api, provider: SmallProvider):
    provider.answers["/token"] = Answer({"id_token": provider.id_token(), "x": "y" * 300_000})

    refused(await bring(known), 503, "902")


async def test_a_secret_that_is_wrong_at_the_provider_is_nobodys_guess(
    make_given: MakeGiven, provider: SmallProvider, tmp_path: Path
):
    given = await make_given(f"sqlite:///{tmp_path}/b.db", development="true", network_failures=2)
    await given.oidc_provider(**provider.settings())
    caller = given.api.as_client((await given.client()).id)
    provider.answers["/token"] = Answer({"error": "invalid_client"}, 401)
    for number in range(3):
        assert refusal(await bring(caller, code=f"code {number}")) == (401, ["207"])

    provider.answers["/token"] = Answer({"error": "invalid_grant"}, 400)
    for number in range(2):
        assert refusal(await bring(caller, code=f"code {number}")) == (401, ["207"])
    refused(await bring(caller, code="code 9"), 429, "601")


@pytest.mark.parametrize("bits", [256, 384, 512])
async def test_the_access_token_is_the_id_tokens(given: Given, caller: Api, clock: FakeClock, bits: int):
    with SmallProvider(clock, alg=f"ES{bits}") as provider:
        await given.oidc_provider(**provider.settings(claims={"email": None}))
        provider.gives(provider.id_token(at_hash=at_hash("right", bits), name="Maria"), access_token="right")
        token_object(await bring(caller))

        for wrong in (
            at_hash("wrong", bits),
            at_hash("right", 256 if bits > 256 else 512),
            "",
            7,
            None,
            [at_hash("right", bits)],
        ):
            token = provider.signed(json.dumps(provider.claims(name="Maria") | {"at_hash": wrong}).encode())
            provider.gives(token, access_token="right")
            assert said(await bring(caller)) == "at_hash does not fit the access token"


async def test_a_code_that_the_provider_takes_twice_is_used_once_here(known: Api, provider: SmallProvider):
    provider.gives()

    token_object(await bring(known))
    refused(await bring(known), 401, "207")


USER_INFO = {"sub": "maria", "name": "Maria Silva", "email": "maria@example.com", "email_verified": True}


async def test_what_the_token_does_not_say_is_asked_for(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(trusts_email=True))
    provider.answers["/userinfo"] = Answer(USER_INFO)
    provider.gives(access_token="the access token")

    token = str(token_object(await bring(caller))["accessToken"])

    assert provider.headers[-1]["authorization"] == "Bearer the access token"
    assert (await given.api.as_(token).get("/user-identities/me")).json()["name"] == "Maria Silva"


@pytest.mark.parametrize(
    ("in_token", "beside", "believed"),
    [
        ({"email": "other@example.com"}, USER_INFO, ["maria@example.com"]),
        ({"email_verified": True}, USER_INFO | {"email_verified": False}, []),
        ({"email": "other@example.com"}, {"sub": "maria", "email_verified": True}, []),
        ({"email": "other@example.com", "email_verified": False}, USER_INFO, []),
    ],
)
async def test_an_address_of_the_one_is_not_verified_by_the_other(
    given: Given, caller: Api, provider: SmallProvider, in_token: dict[str, Any], beside: dict[str, Any], believed: list[str]
):
    await given.oidc_provider(**provider.settings(trusts_email=True))
    provider.answers["/userinfo"] = Answer(beside)
    provider.gives(provider.id_token(**in_token), access_token="x")

    token = str(token_object(await bring(caller))["accessToken"])

    names = (await given.api.as_(token).get("/user-identities/me")).json()["identities"]
    assert [one["value"] for one in names if one["type"] == "EMAIL"] == believed


async def test_what_the_token_says_is_not_asked_for_again(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(trusts_email=True))
    provider.gives(provider.id_token(name="Maria", email="maria@example.com", email_verified=True), access_token="x")

    token_object(await bring(caller))

    assert provider.asked["/userinfo"] == 0


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (Answer(USER_INFO | {"sub": "joao"}), "the user information is about another sub than the ID token"),
        (Answer({"name": "Maria"}), "the user information is about another sub than the ID token"),
        (Answer([]), "the provider's user information is not a JSON object"),
        (Answer(b"eyJ.eyJ.x"), "the provider's user information is not a JSON object"),
        (Answer({"error": "insufficient_scope"}, 403), "the provider does not give its user information (403)"),
    ],
)
async def test_user_information_that_is_not_the_subjects_lets_nobody_in(
    known: Api, provider: SmallProvider, answer: Answer, check: str
):
    provider.answers["/userinfo"] = answer
    provider.gives(access_token="x")

    assert said(await bring(known)) == check


async def test_user_information_that_cannot_be_had_now_is_waited_for(known: Api, provider: SmallProvider):
    provider.answers["/userinfo"] = Answer({}, 503)
    provider.gives(access_token="x")

    refused(await bring(known), 503, "902")


async def test_a_provider_without_user_information_is_not_asked_for_it(known: Api, provider: SmallProvider):
    document = provider.document(userinfo_endpoint=None)
    provider.answers["/.well-known/openid-configuration"] = Answer(document)
    provider.gives(access_token="x")

    token_object(await bring(known))


@pytest.mark.parametrize(
    ("changed", "items"),
    [
        ({"idToken": "x"}, [("102", "code"), ("102", "redirectUri"), ("102", "codeVerifier")]),
        ({"idToken": "x", "code": None, "redirectUri": None}, [("102", "codeVerifier")]),
        (dict.fromkeys(CODE), [("102", "code"), ("102", "idToken")]),
        ({"code": None}, [("101", "code")]),
        ({"redirectUri": None, "codeVerifier": None}, [("101", "redirectUri"), ("101", "codeVerifier")]),
        ({"nonce": None}, [("101", "nonce")]),
        ({"provider": None}, [("101", "provider")]),
        ({"provider": "other"}, [("107", "provider")]),
        ({"codeVerifier": "v" * 42}, [("102", "codeVerifier")]),
        ({"codeVerifier": "v" * 129}, [("102", "codeVerifier")]),
        ({"codeVerifier": "v" * 43 + "\n"}, [("102", "codeVerifier")]),
        ({"codeVerifier": "é" * 43}, [("102", "codeVerifier")]),
        ({"nonce": "", "code": "", "state": "", "iss": ""}, [("102", one) for one in ("nonce", "code", "state", "iss")]),
        ({"code": 7, "x": 1}, [("102", "code"), ("106", "x")]),
    ],
)
async def test_each_wrong_field_is_named(known: Api, changed: dict[str, Any], items: list[tuple[str, str]]):
    answer = await bring(known, **changed)

    assert answer.status_code == 400
    found = [(one["code"], one["message"].split("`")[1]) for one in answer.json()]
    assert sorted(found) == sorted(items)


async def test_a_provider_that_is_disabled_or_of_another_kind_is_not_there(given: Given, caller: Api, provider: SmallProvider):
    await given.oidc_provider(**provider.settings(is_enabled=False))
    saml = await given.saml_provider()

    refused(await bring(caller), 400, "107")
    refused(await bring(caller, provider=saml.alias), 400, "107")
    assert provider.asked.total() == 0
