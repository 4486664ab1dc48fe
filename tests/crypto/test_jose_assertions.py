"""A client's assertion is accepted when one of the keys that it registered signed it, and in no other way."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from authme.crypto import jose

SigningKeys = dict[str, jose.PrivateKey]
Forge = Callable[..., str]


def registered(*keys: jose.PrivateKey, **change: object) -> jose.ClientKeys:
    jwks = [{name: value for name, value in (key.public_jwk() | change).items() if value is not None} for key in keys]
    return jose.parse_jwks(json.dumps({"keys": jwks}))


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
@pytest.mark.parametrize("named", ["kid", "no kid"])
def test_an_assertion_of_a_registered_key_is_accepted(alg: str, named: str, signing_keys: SigningKeys, forge: Forge) -> None:
    key = signing_keys[alg]
    header = {"alg": alg, "kid": key.kid} if named == "kid" else {"alg": alg}

    assert jose.verify_assertion(forge(key, header), registered(*signing_keys.values())) == {"sub": "maria"}
    assert jose.verify_assertion(forge(key, header), registered(key, kid=None, alg=None)) == {"sub": "maria"}


def test_without_a_kid_every_key_of_the_algorithm_is_tried(forge: Forge) -> None:
    first, second, stranger = (jose.generate("ES256") for _ in range(3))

    assert jose.verify_assertion(forge(second, {"alg": "ES256"}), registered(first, second)) == {"sub": "maria"}
    with pytest.raises(jose.InvalidToken, match="wrong signature"):
        jose.verify_assertion(forge(stranger, {"alg": "ES256"}), registered(first, second))
    with pytest.raises(jose.InvalidToken, match="wrong signature"):
        jose.verify_assertion(forge(second, {"alg": "ES256", "kid": first.kid}), registered(first, second))
    with pytest.raises(jose.InvalidToken, match="no key"):
        jose.verify_assertion(forge(second, {"alg": "ES256", "kid": "other"}), registered(first, second))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "application/jwt", "client-authentication+jwt"])
def test_an_assertion_may_name_its_type(typ: str, key: jose.PrivateKey, forge: Forge) -> None:
    assert jose.verify_assertion(forge(key, {"alg": "ES256", "typ": typ, "x-unknown": 1}), registered(key))


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "dpop+jwt", "", None, 1])
def test_a_token_made_for_something_else_is_no_assertion(typ: object, key: jose.PrivateKey, forge: Forge) -> None:
    with pytest.raises(jose.InvalidToken, match="typ"):
        jose.verify_assertion(forge(key, {"alg": "ES256", "typ": typ}), registered(key))


@pytest.mark.parametrize("alg", ["none", "HS256", "RS384", "es256", None, 1, ["ES256"], {}])
def test_an_algorithm_that_is_not_ours_is_refused(alg: object, key: jose.PrivateKey, forge: Forge) -> None:
    with pytest.raises(jose.InvalidToken, match="not an allowed algorithm"):
        jose.verify_assertion(forge(key, {"alg": alg}), registered(key))


def test_the_caller_may_allow_fewer_algorithms(signing_keys: SigningKeys, forge: Forge) -> None:
    key = signing_keys["RS256"]

    with pytest.raises(jose.InvalidToken, match="not an allowed algorithm"):
        jose.verify_assertion(forge(key, {"alg": "RS256"}), registered(key), algorithms=("ES256", "PS256"))


@pytest.mark.parametrize(
    "extra", [{"jwk": {}}, {"jku": "https://evil.example"}, {"x5c": []}, {"crit": ["exp"]}, {"b64": False}, {"kid": 1}]
)
def test_an_assertion_brings_no_key_and_no_rules(extra: dict[str, Any], key: jose.PrivateKey, forge: Forge) -> None:
    with pytest.raises(jose.InvalidToken):
        jose.verify_assertion(forge(key, {"alg": "ES256"} | extra), registered(key))


@pytest.mark.parametrize("kid", [1, True, [], {}])
def test_a_kid_that_is_not_text_is_refused_even_where_keys_have_no_names(
    kid: object, key: jose.PrivateKey, forge: Forge
) -> None:
    with pytest.raises(jose.InvalidToken, match="the kid is not text"):
        jose.verify_assertion(forge(key, {"alg": "ES256", "kid": kid}), registered(key, kid=None))
