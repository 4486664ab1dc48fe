"""CI-05: log a client in by a JWT that it signed."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from support.answers import refused, token_object
from support.given import Given, GivenClient, at_once


def encode(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Signer:
    """The program of a client that holds a key."""

    def __init__(self) -> None:
        self.key = ed25519.Ed25519PrivateKey.generate()
        public = encode(self.key.public_key().public_bytes_raw())
        self.jwks = json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": public, "kid": "k1", "alg": "EdDSA"}]})

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        text = f"{encode({'alg': 'EdDSA', 'kid': 'k1'} | header)}.{encode(claims)}"
        return f"{text}.{encode(self.key.sign(text.encode()))}"


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
async def owner(on_both: Given, signer: Signer) -> GivenClient:
    return await on_both.client(jwks=signer.jwks)


def claims_of(given: Given, client: GivenClient, **changes: Any) -> dict[str, Any]:
    said = {
        "iss": client.id,
        "sub": client.id,
        "aud": given.settings.tokens.issuer,
        "exp": given.clock.now() + 300,
        "jti": "one",
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def path(client: GivenClient) -> str:
    return f"/client-identities/{client.id}/login"


async def test_a_signed_assertion_logs_in_once(on_both: Given, owner: GivenClient, signer: Signer):
    assertion = signer.sign(claims_of(on_both, owner))

    found = token_object(await on_both.api.post(path(owner), json={"assertion": assertion}))

    assert "refreshToken" not in found
    refused(await on_both.api.post(path(owner), json={"assertion": assertion}), 401, "207")
    token_object(await on_both.api.post(path(owner), json={"assertion": signer.sign(claims_of(on_both, owner, jti="two"))}))


async def test_of_twenty_that_replay_it_at_once_one_logs_in(on_both: Given, owner: GivenClient, signer: Signer):
    assertion = signer.sign(claims_of(on_both, owner))

    answers = await at_once(*(on_both.api.post(path(owner), json={"assertion": assertion}) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_this_url_is_an_audience_too(on_both: Given, owner: GivenClient, signer: Signer):
    url = f"{on_both.settings.tokens.issuer}/security/iam/v1/client-identities/{owner.id}/login"

    for n, audience in enumerate((url, ["https://other.example", url])):
        claims = claims_of(on_both, owner, aud=audience, jti=str(n))
        token_object(await on_both.api.post(path(owner), json={"assertion": signer.sign(claims)}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "0" * 24},
        {"sub": "0" * 24},
        {"iss": None},
        {"aud": None},
        {"aud": "https://other.example"},
        {"aud": []},
        {"aud": 5},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 0},
        {"exp": True},
        {"exp": 1e300},
        {"exp": 9_999_999_999},
        {"nbf": 9_999_999_999},
        {"iat": "x"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"jti": "\0"},
    ],
)
async def test_a_check_that_fails_is_named(on_both: Given, owner: GivenClient, signer: Signer, changes: dict[str, Any]):
    answer = await on_both.api.post(path(owner), json={"assertion": signer.sign(claims_of(on_both, owner, **changes))})

    refused(answer, 401, "207")


async def test_whoever_does_not_hold_the_key_learns_nothing(on_both: Given, owner: GivenClient, signer: Signer):
    without_keys = await on_both.client()
    claims = claims_of(on_both, owner)
    stranger = Signer().sign(claims)
    public = json.loads(signer.jwks)["keys"][0]
    attempts = [
        (owner, stranger),
        (owner, signer.sign(claims, alg="none")),
        (owner, signer.sign(claims, alg="HS256")),
        (owner, signer.sign(claims, kid="other")),
        (owner, Signer().sign(claims, jwk=public)),
        (owner, signer.sign(claims, jku="https://attacker.example")),
        (owner, signer.sign(claims)[:-4] + "AAAA"),
        (owner, "a.b.c"),
        (owner, "x"),
        (without_keys, signer.sign(claims_of(on_both, without_keys))),
        (GivenClient("0" * 24, ""), signer.sign(claims)),
    ]

    answers = [await on_both.api.post(path(client), json={"assertion": assertion}) for client, assertion in attempts]

    for answer in answers:
        refused(answer, 401, "9")
    assert len({answer.text for answer in answers}) == 1
