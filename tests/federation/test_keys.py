"""UI-42 by an ID token: who signed it, by which key and algorithm, and in which form."""

import base64
import json
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from support.answers import refusal, refused, token_object
from support.api import Api
from support.federated import said, show
from support.given import Given
from support.openid_small import NONCE, Answer, SmallProvider, encode, new_key, public_jwk, public_pem


@pytest.fixture
async def caller(given: Given, provider: SmallProvider) -> Api:
    await given.oidc_provider(**provider.settings())
    return given.api.as_client((await given.client()).id)


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"])
async def test_every_algorithm_of_the_list_is_checked(given: Given, clock: FakeClock, alg: str):
    with SmallProvider(clock, alg=alg) as provider:
        await given.oidc_provider(**provider.settings())
        caller = given.api.as_client((await given.client()).id)

        token_object(await show(caller, provider.id_token()))
        header, payload, signature = provider.id_token(sub="joao").split(".")
        changed = encode(
            bytes([base64.urlsafe_b64decode(signature + "==")[0] ^ 1]) + base64.urlsafe_b64decode(signature + "==")[1:]
        )
        assert said(await show(caller, f"{header}.{payload}.{changed}")) == "wrong signature"


async def test_without_a_signature_it_is_nothing(caller: Api, provider: SmallProvider):
    assert said(await show(caller, provider.id_token(header={"alg": "none"}))) == "not an allowed algorithm"
    for alg in ("None", "NONE", "", None, 1, ["ES256"], "ES256K", "HS256", "A256GCM"):
        forged = provider.id_token().split(".")
        header = encode(json.dumps({"alg": alg, "kid": provider.kid}).encode())
        assert said(await show(caller, f"{header}.{forged[1]}.{forged[2]}")) == "not an allowed algorithm"


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
async def test_the_public_key_is_no_shared_secret(caller: Api, provider: SmallProvider, alg: str):
    jwk = provider.answers["/keys"].body["keys"][0]
    for secret in (public_pem(provider.key), json.dumps(jwk).encode(), b""):
        forged = provider.id_token(header={"alg": alg}, key=secret or b"\0")
        assert said(await show(caller, forged)) == "not an allowed algorithm"


async def test_a_shared_secret_that_a_provider_publishes_is_none_of_its_keys(caller: Api, provider: SmallProvider):
    provider.publish({"kty": "oct", "k": encode(b"secret" * 6), "kid": "shared", "alg": "HS256"})

    assert said(await show(caller, provider.id_token(header={"kid": "shared"}))) == "no key of that kid and algorithm"


async def test_another_providers_key_signs_for_that_one_alone(given: Given, caller: Api, provider: SmallProvider):
    with SmallProvider(provider.clock) as other:
        await given.oidc_provider(**other.settings(alias="other"))

        forged = other.id_token(iss=provider.issuer)
        assert said(await show(caller, forged)) == "wrong signature"
        assert said(await show(caller, forged, provider="other")) == "iss is not the provider's issuer"
        assert said(await show(caller, provider.id_token(), provider="other")) == "wrong signature"


async def test_the_kid_says_which_key_and_the_key_what_for(caller: Api, provider: SmallProvider):
    second, third = new_key("ES256"), new_key("RS256")
    provider.publish(
        public_jwk(provider.key, "first"), public_jwk(second, "second"), public_jwk(third, "third", use="enc"),
        public_jwk(new_key("ES256"), "fourth", alg="ES512"), public_jwk(third, "fifth", key_ops=["encrypt"]),
    )  # fmt: skip

    token_object(await show(caller, provider.id_token(header={"kid": "second"}, key=second)))
    assert said(await show(caller, provider.id_token(header={"kid": "second"}))) == "wrong signature"
    for header in (
        {"kid": None}, {"kid": "sixth"}, {"kid": ""}, {"kid": "third", "alg": "RS256"}, {"kid": "fifth", "alg": "RS256"},
        {"kid": "fourth"}, {"kid": "first", "alg": "RS256"},
    ):  # fmt: skip
        key = third if header.get("alg") == "RS256" else None
        assert said(await show(caller, provider.id_token(header=header, key=key))) == "no key of that kid and algorithm"
    for kid in (1, [], {}, True):
        assert said(await show(caller, provider.id_token(header={"kid": kid}))) == "the kid is not text"


async def test_a_provider_with_one_key_need_not_say_which(caller: Api, provider: SmallProvider):
    provider.publish(public_jwk(provider.key, None))

    token_object(await show(caller, provider.id_token(header={"kid": None})))
    # One that names a key means another one than a key without a name.
    assert said(await show(caller, provider.id_token())) == "no key of that kid and algorithm"


async def test_two_keys_of_one_name_are_both_the_providers(caller: Api, provider: SmallProvider):
    second = new_key("ES256")
    provider.publish(public_jwk(second, "first"), public_jwk(provider.key, "first"))

    token_object(await show(caller, provider.id_token()))
    token_object(await show(caller, provider.id_token(sub="joao"), nonce=NONCE))
    assert said(await show(caller, provider.id_token(key=new_key("ES256")))) == "wrong signature"


async def test_of_many_keys_of_one_name_not_each_is_tried(caller: Api, provider: SmallProvider):
    others = [public_jwk(new_key("ES256"), "first") for _ in range(4)]
    provider.publish(*others, public_jwk(provider.key, "first"))

    assert said(await show(caller, provider.id_token())) == "wrong signature"


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c", "crit", "b64"])
async def test_a_header_that_brings_its_own_key_or_rules_is_refused(caller: Api, provider: SmallProvider, name: str):
    theirs = new_key("ES256")
    brought = {"jku": f"{provider.issuer}/keys", "x5u": f"{provider.issuer}/keys", "jwk": public_jwk(theirs, "first")}
    header = {name: brought.get(name, ["x"])}
    before = provider.asked.total()

    for key in (theirs, None):
        assert said(await show(caller, provider.id_token(header=header, key=key))) == "a header that is refused"
    assert provider.asked.total() <= before + 2


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "client-authentication+jwt", 1])
async def test_a_token_of_another_purpose_is_no_id_token(caller: Api, provider: SmallProvider, typ: Any):
    assert said(await show(caller, provider.id_token(header={"typ": typ}))) == "not the typ of an ID token"


async def test_without_a_typ_it_is_in_order(caller: Api, provider: SmallProvider):
    token_object(await show(caller, provider.id_token(header={"typ": None})))


async def test_what_stands_twice_is_read_once_by_nobody(caller: Api, provider: SmallProvider):
    once = json.dumps(provider.claims())
    twice = once[:-1] + ', "sub": "joao"}'

    assert said(await show(caller, provider.signed(twice.encode()))) == "the claims set is not JSON in its one form"
    header = encode(b'{"alg":"ES256","alg":"none","kid":"first"}')
    _, payload, signature = provider.id_token().split(".")
    assert said(await show(caller, f"{header}.{payload}.{signature}")) == "the header is not JSON in its one form"


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"\xff", b'{"a":NaN}', b"[" * 5000])
async def test_claims_that_are_no_object_are_refused(caller: Api, provider: SmallProvider, payload: bytes):
    assert said(await show(caller, provider.signed(payload))).startswith("the claims set is not")


@pytest.mark.parametrize("text", ["x", "a.b", "a.b.c", "a.b.c.d", "....", "é.é.é", "=.=.=", "a b.c.d", "eyJ9.eyJ9."])
async def test_what_is_no_token_is_refused(caller: Api, text: str):
    assert refusal(await show(caller, text)) == (401, ["207"])


async def test_another_spelling_of_a_token_is_no_token(caller: Api, provider: SmallProvider):
    token = provider.id_token()
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + last[last.index(token[-1]) ^ 1]

    for spelling in (other, f"{token}=", f"{token}\n", f" {token}"):
        assert said(await show(caller, spelling)) in {"not base64url", "wrong signature"}


async def test_a_token_that_is_longer_than_any_is_refused_as_a_field(caller: Api, provider: SmallProvider):
    refused(await show(caller, provider.id_token(x="y" * 20_000)), 400, "102")


async def test_huge_answers_are_not_read_to_their_end(caller: Api, provider: SmallProvider):
    provider.answers["/keys"] = Answer(b'{"keys":[' + b" " * 10**6 + b"]}")

    refused(await show(caller, provider.id_token()), 503, "902")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"keys":1}', b'{"keys":{}}', b'{"keys":[],"keys":[]}', b"[" * 100_000, b"\xff\xfe"],
)
async def test_a_key_set_that_is_none_is_as_a_provider_that_does_not_answer(caller: Api, provider: SmallProvider, body: bytes):
    provider.answers["/keys"] = Answer(body)

    refused(await show(caller, provider.id_token()), 503, "902")


async def test_keys_of_no_use_are_passed_over(given: Given, caller: Api, provider: SmallProvider):
    private = json.loads(json.dumps(public_jwk(provider.key, "first"))) | {"d": encode(b"1" * 32)}
    good = public_jwk(provider.key, "first")
    odd: list[Any] = [
        None, 1, [], {}, {"kty": "EC"}, {"kty": ["EC"]}, {"kty": "EC", "crv": ["P-256"]}, {"kty": "XX", "kid": "first"},
        good | {"x": "AAAA"}, good | {"x": 1}, good | {"crv": "P-384"}, good | {"crv": "secp256k1"}, good | {"alg": "none"},
        good | {"alg": 7}, good | {"kid": 7}, good | {"use": "enc"}, good | {"kty": "OKP"}, private,
        {"kty": "RSA", "n": encode(b"\xff" * 64), "e": "AQAB"}, {"kty": "RSA", "n": encode(b"\xff" * 256), "e": "Aw"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, {"kty": "OKP", "crv": "Ed448", "x": encode(b"1" * 57)},
    ]  # fmt: skip
    provider.publish(*odd)
    assert said(await show(caller, provider.id_token())) == "no key of that kid and algorithm"

    provider.publish(*odd, good)
    given.later(seconds=31)
    token_object(await show(caller, provider.id_token()))
