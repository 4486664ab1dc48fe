"""What counts as a bearer token."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from authme.clients.remove import lock, remove, unlock
from authme.keys.rotate import rotate
from support.answers import refused
from support.given import Given, GivenUser


@pytest.fixture
def path(user: GivenUser) -> str:
    return f"/user-identities/{user.id}"


@pytest.fixture
async def good(given: Given) -> str:
    return await given.client_token(await given.client("identity_read"))


def encode(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def header_of(token: str) -> dict[str, Any]:
    raw = token.split(".", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    return found


async def test_one_scheme_word_one_space_one_token(given: Given, good: str, path: str):
    for header in (f"Bearer {good}", f"bearer {good}", f"BEARER {good}"):
        assert (await given.api.get(path, headers={"authorization": header})).status_code == 200

    for header in (
        f"Bearer  {good}",
        f"Bearer {good} x",
        f"Bearer {good}, Bearer {good}",
        f"Bearer{good}",
        f"Token {good}",
        good,
        "Bearer",
        "Bearer ",
        "",
    ):
        answer = await given.api.get(path, headers={"authorization": header})
        refused(answer, 401, "201")
        assert answer.headers["www-authenticate"] == "Bearer"
    refused(await given.api.get(path, params={"access_token": good}), 401, "201")


async def test_an_expired_token_is_told_so(given: Given, good: str, path: str):
    given.later(seconds=3599)
    assert (await given.api.as_(good).get(path)).status_code == 200
    given.later(seconds=1)

    refused(await given.api.as_(good).get(path), 401, "202")


async def test_any_changed_byte_of_a_token_is_refused(given: Given, good: str, path: str):
    header, payload, signature = good.split(".")
    for position in (0, len(payload) // 2):
        changed = payload[:position] + ("A" if payload[position] != "A" else "B") + payload[position + 1 :]
        refused(await given.api.as_(f"{header}.{changed}.{signature}").get(path), 401, "201")
    for wrong in (
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{good}.x",
        f".{payload}.{signature}",
        signature,
        "..",
        "a.b.c",
    ):
        refused(await given.api.as_(wrong).get(path), 401, "201")


async def test_forged_headers_are_refused(given: Given, good: str, path: str):
    _, payload, signature = good.split(".")
    mine = ec.generate_private_key(ec.SECP256R1())
    numbers = mine.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": encode(numbers.x.to_bytes(32, "big")), "y": encode(numbers.y.to_bytes(32, "big"))}
    real = header_of(good)

    def signed(fields: dict[str, Any]) -> str:
        text = f"{encode(fields)}.{payload}"
        r, s = decode_dss_signature(mine.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    forged = [
        f"{encode({'alg': 'none', 'typ': 'at+jwt'})}.{payload}.",
        f"{encode(real | {'alg': 'none'})}.{payload}.",
        f"{encode(real | {'alg': 'NONE'})}.{payload}.{signature}",
        f"{encode(real | {'alg': 'RS512'})}.{payload}.{signature}",
        signed(real),
        signed(real | {"jwk": jwk}),
        signed({"alg": "ES256", "typ": "at+jwt", "jwk": jwk}),
        signed(real | {"jku": "https://attacker.example/keys"}),
        signed(real | {"x5u": "https://attacker.example/cert"}),
        signed(real | {"kid": "../../../../dev/null"}),
        signed(real | {"kid": "' OR 1=1 --"}),
        signed(real | {"kid": ["x"]}),
        signed(real | {"crit": ["x"], "x": 1}),
        signed(real | {"typ": "JWT"}),
        signed(real | {"b64": False, "crit": ["b64"]}),
    ]
    for token in forged:
        refused(await given.api.as_(token).get(path), 401, "201")


async def test_a_public_key_is_no_secret_to_sign_with(given: Given, path: str):
    token = await given.client_token(await given.client("identity_read", alg="RS512"))
    pem = (await given.api.get("/keys", headers={"accept": "application/x-pem-file"})).content
    (key,) = [key for key in (await given.api.get("/keys")).json()["keys"] if key["kid"] == header_of(token)["kid"]]
    public = rsa.RSAPublicNumbers(
        int.from_bytes(base64.urlsafe_b64decode(key["e"] + "=="), "big"),
        int.from_bytes(base64.urlsafe_b64decode(key["n"] + "=="), "big"),
    ).public_key()
    spki = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    for secret in (pem, spki, spki.strip()):
        for digest, alg in ((hashlib.sha256, "HS256"), (hashlib.sha512, "HS512")):
            text = f"{encode(header_of(token) | {'alg': alg})}.{token.split('.')[1]}"
            forged = f"{text}.{encode(hmac.new(secret, text.encode(), digest).digest())}"
            refused(await given.api.as_(forged).get(path), 401, "201")


async def test_a_token_of_another_server_is_refused(given: Given, make_given: Any, tmp_path: Any, path: str):
    other = await make_given(f"sqlite:///{tmp_path}/other.db")
    theirs = await other.client("identity_read")

    refused(await given.api.as_(await other.client_token(theirs)).get(path), 401, "201")


async def test_a_token_of_another_issuer_under_the_same_keys_is_refused(given: Given, path: str):
    other = Given(given.env | {"AUTHME_ISSUER": "https://other.example"}, given.clock)
    await other.open()
    try:
        token = await other.client_token(await other.client("identity_read"))
        assert (await other.api.as_(token).get(path)).status_code == 200

        refused(await given.api.as_(token).get(path), 401, "201")
    finally:
        await other.close()


async def test_a_removed_or_locked_client_is_refused_at_once(given: Given, path: str):
    client = await given.client("identity_read")
    caller = given.api.as_(await given.client_token(client))
    assert (await caller.get(path)).status_code == 200

    await given.run(lambda ctx: lock(ctx, client.id))
    refused(await caller.get(path), 401, "201")
    await given.run(lambda ctx: unlock(ctx, client.id))
    assert (await caller.get(path)).status_code == 200
    await given.run(lambda ctx: remove(ctx, client.id))
    refused(await caller.get(path), 401, "201")


async def test_tokens_outlive_the_rotation_of_their_key(given: Given, good: str, path: str):
    old = header_of(good)["kid"]
    await given.run(lambda ctx: rotate(ctx, "ES256"))

    assert (await given.api.as_(good).get(path)).status_code == 200
    new = await given.client_token(await given.client("identity_read"))
    assert header_of(new)["kid"] != old
    assert (await given.api.as_(new).get(path)).status_code == 200
    assert {old, header_of(new)["kid"]} <= {key["kid"] for key in (await given.api.get("/keys")).json()["keys"]}


async def test_the_key_of_an_algorithm_used_for_the_first_time_is_known_to_others_at_once(
    given: Given, make_given: Any, path: str
):
    other = await make_given(beside=given)
    for alg in ("RS256", "EdDSA", "PS256"):
        token = await given.client_token(await given.client("identity_read", alg=alg))

        assert (await other.api.as_(token).get(path)).status_code == 200
