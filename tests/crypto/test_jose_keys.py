"""Signing keys survive storage, and public keys that are weak or secret are refused."""

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.crypto import jose

SigningKeys = dict[str, jose.PrivateKey]
Jwk = dict[str, Any]
PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def refused(*jwks: object) -> str:
    with pytest.raises(jose.JwksRefused) as refusal:
        jose.parse_jwks(json.dumps({"keys": list(jwks)}))
    return str(refusal.value)


@pytest.fixture
def rsa_jwk(signing_keys: SigningKeys) -> Jwk:
    return dict(signing_keys["RS256"].public_jwk())


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_a_key_comes_back_from_storage_as_it_went(alg: jose.Algorithm, signing_keys: SigningKeys) -> None:
    key = signing_keys[alg]

    again = jose.PrivateKey.from_der(key.to_der(), alg)
    public = jose.PublicKey.from_jwk(json.loads(json.dumps(key.public_jwk())))

    assert (again.kid, again.alg, again.public_jwk()) == (key.kid, alg, key.public_jwk())
    assert (public.kid, public.alg, public.jwk(), public.pem()) == (key.kid, alg, key.public_jwk(), key.public.pem())
    assert jose.verify(jose.sign(again, b"{}", typ="at+jwt"), {public.kid: public}, typ="at+jwt") == {}


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_a_published_key_is_public_and_says_what_it_is_for(alg: str, signing_keys: SigningKeys) -> None:
    jwk = signing_keys[alg].public_jwk()

    assert (jwk["use"], jwk["alg"], jwk["kid"]) == ("sig", alg, signing_keys[alg].kid)
    assert not set(PRIVATE) & jwk.keys()
    load_pem_public_key(signing_keys[alg].public.pem().encode())


@pytest.mark.parametrize(("alg", "members"), [("RS256", "e kty n"), ("ES256", "crv kty x y"), ("EdDSA", "crv kty x")])
def test_the_kid_is_the_thumbprint_of_rfc_7638(alg: str, members: str, signing_keys: SigningKeys) -> None:
    jwk = signing_keys[alg].public_jwk()
    canonical = json.dumps({name: jwk[name] for name in members.split()}, separators=(",", ":"), sort_keys=True)

    digest = hashlib.sha256(canonical.encode()).digest()
    assert jwk["kid"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_the_thumbprint_of_the_example_in_rfc_7638_is_the_published_one() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
        "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
        "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = jose.PublicKey.from_jwk({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256"})

    assert key.kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_keys_do_not_show_themselves(signing_keys: SigningKeys) -> None:
    for key in signing_keys.values():
        assert repr(key) == f"PrivateKey(kid='{key.kid}', alg='{key.alg}')"
        assert repr(key.public) == f"PublicKey(kid='{key.kid}', alg='{key.alg}')"


@pytest.mark.parametrize(("stored", "asked"), [("RS256", "ES256"), ("ES256", "EdDSA"), ("EdDSA", "PS256"), ("ES256", "RS512")])
def test_a_key_of_another_kind_is_refused(stored: str, asked: jose.Algorithm, signing_keys: SigningKeys) -> None:
    with pytest.raises(jose.KeyRefused, match=f"not a private key for {asked}"):
        jose.PrivateKey.from_der(signing_keys[stored].to_der(), asked)


def test_a_stored_key_that_is_weak_or_no_key_is_refused() -> None:
    weak: list[tuple[Any, str]] = [
        (rsa.generate_private_key(65537, 1024), "RS256"),  # noqa: S505  # what is to be refused
        (rsa.generate_private_key(3, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES256"),
        (ed448.Ed448PrivateKey.generate(), "EdDSA"),
    ]
    stored = [(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), alg) for key, alg in weak]

    for der, alg in [*stored, (b"", "ES256"), (b"\0" * 100, "RS512")]:
        with pytest.raises(jose.KeyRefused):
            jose.PrivateKey.from_der(der, alg)  # type: ignore[arg-type]  # one of ALGORITHMS


def test_a_client_registers_its_public_keys(signing_keys: SigningKeys) -> None:
    jwks = json.dumps({"keys": [key.public_jwk() for key in signing_keys.values()], "comment": "ours"})

    assert sorted(key.alg for _, key in jose.parse_jwks(jwks).entries) == sorted(jose.ALGORITHMS)


def test_a_key_that_names_no_algorithm_is_there_with_each_that_fits(rsa_jwk: Jwk) -> None:
    del rsa_jwk["alg"]

    entries = jose.parse_jwks(json.dumps({"keys": [rsa_jwk]})).entries

    assert [key.alg for _, key in entries] == ["RS256", "RS512", "PS256"]


@pytest.mark.parametrize("member", PRIVATE)
def test_a_private_member_is_refused_by_name(member: str, rsa_jwk: Jwk) -> None:
    assert refused(rsa_jwk | {member: "AQAB"}).startswith(f"keys[0].{member}: this is a secret")


def test_a_symmetric_key_is_refused(rsa_jwk: Jwk) -> None:
    assert refused(rsa_jwk, {"kty": "oct", "k": "c2VjcmV0", "kid": "x"}).startswith("keys[1].k: this is a secret")
    assert refused({"kty": "oct"}).startswith("keys[0].kty: this is a secret")


def test_a_published_key_with_a_secret_in_it_is_refused(rsa_jwk: Jwk) -> None:
    with pytest.raises(jose.KeyRefused, match="secret"):
        jose.PublicKey.from_jwk(rsa_jwk | {"d": "AQAB"})


@pytest.mark.parametrize("exponent", [1, 2, 3, 17, 257, 65535, 65536, 65538, 2**32 + 1, 2**64 + 1])
def test_a_weak_exponent_is_refused(exponent: int, rsa_jwk: Jwk) -> None:
    assert refused(rsa_jwk | {"e": number(exponent)}).startswith("keys[0].e: an odd number from 65537")


@pytest.mark.parametrize("bits", [8, 512, 1024, 2047, 8193, 16384])
def test_a_modulus_too_short_or_too_long_is_refused(bits: int, rsa_jwk: Jwk) -> None:
    assert refused(rsa_jwk | {"n": number(2 ** (bits - 1) + 1)}) == "keys[0].n: 2048 to 8192 bits are expected."


def test_honest_moduli_are_not_taken_for_roca(signing_keys: SigningKeys) -> None:
    for alg in ("RS256", "RS512", "PS256"):
        assert len(jose.parse_jwks(json.dumps({"keys": [signing_keys[alg].public_jwk()]})).entries) == 1


def test_a_modulus_of_the_roca_generator_is_refused(rsa_jwk: Jwk) -> None:
    primes = [p for p in range(3, 168) if all(p % q for q in range(2, p))]
    product = 1
    for prime in primes:
        product *= prime
    modulus = pow(65537, 12345, product) + product * ((1 << 2047) // product + 1)

    assert "CVE-2017-15361" in refused(rsa_jwk | {"n": number(modulus)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"alg": "RS384"}, "alg: one of RS256, RS512, PS256, ES256, EdDSA is expected"),
        ({"alg": "none"}, "alg: one of"),
        ({"alg": None}, "alg: one of"),
        ({"alg": "ES256"}, "kty: EC is expected for ES256"),
        ({"kty": None}, "kty: RSA is expected for RS256"),
        ({"use": "enc"}, "use: sig is expected"),
        ({"use": None}, "use: sig is expected"),
        ({"key_ops": ["encrypt"]}, "key_ops: verify is expected"),
        ({"key_ops": []}, "key_ops: verify is expected"),
        ({"key_ops": "verify"}, "key_ops: verify is expected"),
        ({"kid": 7}, "kid: text"),
        ({"kid": ""}, "kid: text"),
        ({"kid": "x" * 257}, "kid: text"),
        ({"n": 5}, "n: text is expected"),
        ({"n": "AAA="}, "n: base64url is expected"),
        ({"n": "A+/A"}, "n: base64url is expected"),
        ({"n": ""}, "n: 2048 to 8192 bits"),
        ({"e": "AQAB\n"}, "e: base64url is expected"),
    ],
)
def test_a_key_is_refused_with_the_place_and_the_reason(change: Jwk, said: str, rsa_jwk: Jwk) -> None:
    assert refused(rsa_jwk | change).startswith(f"keys[0].{said}")


@pytest.mark.parametrize(
    "jwk", [None, 1, "x", [], {}, {"kty": "EC"}, {"kty": ["RSA"]}, {"kty": "RSA"}, {"kty": "OKP", "crv": "Ed25519"}]
)
def test_what_is_no_key_is_refused(jwk: object) -> None:
    assert refused(jwk).startswith("keys[0].")


def test_a_point_that_is_not_on_the_curve_is_refused(signing_keys: SigningKeys) -> None:
    jwk = signing_keys["ES256"].public_jwk()

    assert refused(jwk | {"y": jwk["x"]}) == "keys[0].y: not a public key."
    assert refused(jwk | {"x": number(2**255), "y": "AQ"}) == "keys[0].y: not a public key."
    assert refused(jwk | {"crv": "P-384"}) == "keys[0].crv: P-256 is expected for ES256."


def test_an_edwards_key_of_another_curve_or_length_is_refused(signing_keys: SigningKeys) -> None:
    jwk = signing_keys["EdDSA"].public_jwk()
    private = ed25519.Ed25519PrivateKey.generate().private_bytes_raw()

    assert refused(jwk | {"crv": "X25519"}) == "keys[0].crv: Ed25519 is expected for EdDSA."
    assert refused(jwk | {"x": "AAAA"}) == "keys[0].x: not a public key."
    assert refused(jwk | {"d": base64.urlsafe_b64encode(private).decode()}).startswith("keys[0].d: this is a secret")


def test_two_keys_of_one_kid_are_refused(signing_keys: SigningKeys) -> None:
    one, other = (signing_keys[alg].public_jwk() | {"kid": "same"} for alg in ("RS256", "ES256"))

    assert "two keys have one kid" in refused(one, other)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"keys":[]}', '{"keys":{}}', '{"keys":null}', '{"keys":[],"keys":[]}', "[" * 9000]
)
def test_what_is_no_key_set_is_refused(text: str) -> None:
    with pytest.raises(jose.JwksRefused):
        jose.parse_jwks(text)


def test_a_key_set_is_bounded(rsa_jwk: Jwk) -> None:
    assert "1 to 10 keys" in refused(*({**rsa_jwk, "kid": str(each)} for each in range(11)))
    with pytest.raises(jose.JwksRefused, match="too long"):
        jose.parse_jwks(" " * 65_537)


@settings(max_examples=100, deadline=None)
@given(
    jwk=st.dictionaries(
        st.sampled_from(["kty", "alg", "use", "key_ops", "kid", "n", "e", "crv", "x", "y"]),
        st.sampled_from(
            ["RSA", "EC", "OKP", "P-256", "Ed25519", "ES256", "sig", "AQAB", ["verify"], "", "\ud800", None, 1, {}]
        ),
    )
)
def test_no_key_does_anything_but_be_refused(jwk: Jwk) -> None:
    assert refused(jwk)
