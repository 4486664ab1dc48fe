"""Project Wycheproof's signatures through our own module: nothing invalid is accepted, everything valid that we allow is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from authme.crypto import jose
from authme.crypto.jose.assertions import signed_payload
from authme.crypto.jose.compact import parse

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
FILES = ("json_web_signature.json", "json_web_key.json")

pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason="the Wycheproof vectors are not beside this repository")


class Vector(NamedTuple):
    name: str
    keys: dict[str, Any]
    token: str
    valid: bool


def vectors() -> Iterator[Vector]:
    for name in FILES:
        for group in json.loads((VECTORS / name).read_text())["testGroups"]:
            key = group.get("public") or group["private"]
            for test in group["tests"]:
                label = f"{name}:{test['tcId']} {group['comment']} {test['comment']}"
                yield Vector(label, key if "keys" in key else {"keys": [key]}, test["jws"], test["result"] == "valid")


def is_accepted(vector: Vector) -> bool:
    try:
        signed_payload(vector.token, jose.parse_jwks(json.dumps(vector.keys)))
    except (jose.InvalidToken, jose.JwksRefused):
        return False
    return True


def is_allowed(vector: Vector) -> bool:
    """Whether the key and the token are both of an algorithm that we have."""
    try:
        said = parse(vector.token).header.get("alg")
    except jose.InvalidToken:
        return False
    return said in jose.ALGORITHMS and all(key.get("alg", said) in jose.ALGORITHMS for key in vector.keys["keys"])


def test_no_invalid_signature_is_accepted() -> None:
    invalid = [vector for vector in vectors() if not vector.valid]

    assert len(invalid) > 340
    assert [vector.name for vector in invalid if is_accepted(vector)] == []


def test_every_valid_signature_of_an_allowed_algorithm_is_accepted() -> None:
    valid = [vector for vector in vectors() if vector.valid and is_allowed(vector)]

    assert len(valid) >= 20
    assert [vector.name for vector in valid if not is_accepted(vector)] == []


def test_every_valid_signature_of_another_algorithm_is_refused() -> None:
    others = [vector for vector in vectors() if vector.valid and not is_allowed(vector)]

    assert len(others) > 20
    assert [vector.name for vector in others if is_accepted(vector)] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("json_web_key.json:7 ", "n: made by a generator whose keys can be factored"),
        ("json_web_key.json:8 ", "n: 2048 to 8192 bits are expected"),
        ("json_web_key.json:9 ", "e: an odd number from 65537 is expected"),
        ("json_web_key.json:1 ", "k: this is a secret"),
        ("json_web_key.json:21 ", "use: sig is expected"),
        ("json_web_key.json:22 ", "y: not a public key"),
        ("json_web_key.json:23 ", "crv: P-256 is expected"),
        ("json_web_key.json:24 ", "kty: EC is expected"),
    ],
)
def test_a_key_that_joserfc_or_another_library_let_through_is_refused_for_its_own_reason(name: str, reason: str) -> None:
    vector = next(vector for vector in vectors() if vector.name.startswith(name))

    with pytest.raises(jose.JwksRefused, match=reason):
        jose.parse_jwks(json.dumps(vector.keys))


def test_the_two_vectors_that_cannot_be_told_from_a_valid_one_are_of_no_algorithm_of_ours() -> None:
    # 367 and 370 say "invalid padding" and are byte for byte the valid 357: what joserfc is said to slip on is in the file.
    alike = [
        vector for vector in vectors() if vector.name.startswith(tuple(f"{FILES[0]}:{number} " for number in (357, 367, 370)))
    ]

    assert len({vector.token for vector in alike}) == 1
    assert [vector.valid for vector in alike] == [True, False, False]
    assert not any(is_allowed(vector) or is_accepted(vector) for vector in alike)
