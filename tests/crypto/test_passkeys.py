"""Passkeys: each check of the standard, with a real authenticator in software."""

from typing import Any

import pytest

from authme.crypto.passkeys import (
    Passkey,
    PasskeyRefused,
    RelyingParty,
    creation_options,
    credential_id_of,
    request_options,
    verify_assertion,
    verify_attestation,
)
from support.authenticator import Authenticator, encode

PARTY = RelyingParty("localhost", "Example", ("http://localhost:8080",))
CHALLENGE, OTHER = b"c" * 32, b"d" * 32


def creation() -> dict[str, Any]:
    return creation_options(PARTY, challenge=CHALLENGE, user_id="1" * 24, user_name="person", exclude=[])


def request(allow: bytes = b"") -> dict[str, Any]:
    return request_options(PARTY, challenge=CHALLENGE, allow=[allow] if allow else [])


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator()


@pytest.fixture
def passkey(authenticator: Authenticator) -> Passkey:
    return verify_attestation(PARTY, authenticator.create(creation()), challenge=CHALLENGE)


def test_a_passkey_is_made_and_used(authenticator: Authenticator, passkey: Passkey):
    answer = authenticator.get(request(passkey.credential_id))

    assert credential_id_of(answer) == authenticator.credential_id == passkey.credential_id
    assert verify_assertion(PARTY, answer, passkey, challenge=CHALLENGE) == 1


def test_the_browser_is_asked_for_the_user_to_be_verified():
    assert creation()["authenticatorSelection"]["userVerification"] == "required"
    assert creation()["attestation"] == "none"
    assert request()["userVerification"] == "required"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"challenge": encode(OTHER)}, "challenge"),
        ({"origin": "http://elsewhere.example.com"}, "origin"),
        ({"origin": "http://localhost:8081"}, "origin"),
        ({"crossOrigin": True}, "origin"),
        ({"rp_id": "example.com"}, "domain"),
        ({"type": "webauthn.create"}, "malformed"),
    ],
)
def test_an_assertion_for_something_else_is_refused(
    authenticator: Authenticator, passkey: Passkey, changes: dict[str, Any], reason: str
):
    with pytest.raises(PasskeyRefused, match=reason):
        verify_assertion(PARTY, authenticator.get(request(), **changes), passkey, challenge=CHALLENGE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"challenge": encode(OTHER)}, "challenge"),
        ({"origin": "http://elsewhere.example.com"}, "origin"),
        ({"crossOrigin": True}, "origin"),
        ({"rp_id": "example.com"}, "domain"),
        ({"type": "webauthn.get"}, "malformed"),
    ],
)
def test_an_attestation_for_something_else_is_refused(authenticator: Authenticator, changes: dict[str, Any], reason: str):
    with pytest.raises(PasskeyRefused, match=reason):
        verify_attestation(PARTY, authenticator.create(creation(), **changes), challenge=CHALLENGE)


def test_another_key_is_refused(passkey: Passkey):
    with pytest.raises(PasskeyRefused, match="signature"):
        verify_assertion(PARTY, Authenticator().get(request()), passkey, challenge=CHALLENGE)


def test_whoever_is_not_verified_is_refused():
    careless = Authenticator(verifies_user=False)

    with pytest.raises(PasskeyRefused, match="verified"):
        verify_attestation(PARTY, careless.create(creation()), challenge=CHALLENGE)


def test_an_assertion_without_the_user_verified_is_refused():
    strict = Authenticator()
    made = verify_attestation(PARTY, strict.create(creation()), challenge=CHALLENGE)
    strict._flags = 1  # noqa: SLF001  # the same key, now without asking its user

    with pytest.raises(PasskeyRefused, match="verified"):
        verify_assertion(PARTY, strict.get(request()), made, challenge=CHALLENGE)


def test_a_counter_that_does_not_rise_is_refused(authenticator: Authenticator, passkey: Passkey):
    seen = Passkey(passkey.credential_id, passkey.public_key, 5)

    with pytest.raises(PasskeyRefused, match="counter"):
        verify_assertion(PARTY, authenticator.get(request()), seen, challenge=CHALLENGE)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": 1},
        {"id": "é"},
        {"id": "AA", "rawId": "AB", "type": "public-key", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "x", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "!", "authenticatorData": "!"}},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA", "attestationObject": "AA"},
        },
    ],
)
def test_what_is_no_answer_is_refused_as_malformed(answer: dict[str, Any], passkey: Passkey):
    credential_id_of(answer)
    with pytest.raises(PasskeyRefused, match="malformed"):
        verify_assertion(PARTY, answer, passkey, challenge=CHALLENGE)
    with pytest.raises(PasskeyRefused, match="malformed"):
        verify_attestation(PARTY, answer, challenge=CHALLENGE)
