"""Keyed digests keep purposes apart and tell nothing of the value."""

import hashlib
import hmac
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.crypto import secrets
from authme.crypto.digests import Digester

DIGESTER = Digester(b"k" * 32)


def test_the_stored_form_is_hmac_sha256_over_length_purpose_and_value() -> None:
    expected = hmac.digest(b"k" * 32, b"\x00\x07refreshvalue", hashlib.sha256)

    assert DIGESTER.digest("refresh", "value") == expected
    assert DIGESTER.digest("refresh", b"value") == expected


@settings(max_examples=100, deadline=None)
@given(text=st.text(min_size=2, max_size=20), first=st.integers(0, 20), second=st.integers(0, 20))
def test_no_purpose_and_value_pass_for_another_pair(text: str, first: int, second: int) -> None:
    one, other = (text[:first], text[first:]), (text[:second], text[second:])
    digester = Digester(b"k" * 32)

    assert (digester.digest(*one) == digester.digest(*other)) == (one == other)


def test_any_text_has_a_digest() -> None:
    assert len({DIGESTER.digest("code", value) for value in ("", "\0", "\ud800", "\udfff", "😀", "a" * 100_000)}) == 6


def test_only_the_right_value_under_the_right_purpose_and_key_matches() -> None:
    stored = DIGESTER.digest("client", "secret")

    assert DIGESTER.matches("client", "secret", stored)
    assert not DIGESTER.matches("client", "Secret", stored)
    assert not DIGESTER.matches("code", "secret", stored)
    assert not DIGESTER.matches("client", "secret", stored[:16])
    assert not DIGESTER.matches("client", "secret", b"")
    assert not Digester(b"j" * 32).matches("client", "secret", stored)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Digester(b"k" * 31)


def test_a_digester_does_not_show_its_key() -> None:
    assert repr(DIGESTER) == "Digester(...)"


@settings(max_examples=100, deadline=None)
@given(value=st.text(max_size=40))
def test_a_derived_uuid_is_shaped_like_a_random_one_and_always_the_same(value: str) -> None:
    derived = DIGESTER.derive_uuid("successor", value)

    parsed = uuid.UUID(derived)
    assert str(parsed) == derived
    assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
    assert derived == Digester(b"k" * 32).derive_uuid("successor", value)


def test_derived_uuids_differ_by_value_purpose_and_key() -> None:
    other = Digester(b"j" * 32)

    derived = [DIGESTER.derive_uuid("a", "1"), DIGESTER.derive_uuid("a", "2"), DIGESTER.derive_uuid("b", "1")]

    assert len({*derived, other.derive_uuid("a", "1")}) == 4


def test_new_secrets_are_43_characters_of_base64url_and_new_uuids_random() -> None:
    made = {secrets.new_secret() for _ in range(200)}

    assert len(made) == 200
    assert all(len(secret) == 43 and secret.replace("-", "a").replace("_", "a").isalnum() for secret in made)
    assert uuid.UUID(secrets.new_uuid()).version == 4
    assert secrets.new_uuid() != secrets.new_uuid()
