"""Sealed values open under their key and context, and in no other way."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.crypto.sealing import MasterKey, SealBroken

KEY = MasterKey(bytes(range(32)))


@settings(max_examples=50, deadline=None)
@given(plaintext=st.binary(max_size=300), context=st.binary(max_size=40))
def test_what_is_sealed_opens_again(plaintext: bytes, context: bytes) -> None:
    assert KEY.open(KEY.seal(plaintext, context=context), context=context) == plaintext


@settings(max_examples=50, deadline=None)
@given(place=st.integers(0, 36), bit=st.integers(0, 7))
def test_a_seal_with_any_bit_changed_does_not_open(place: int, bit: int) -> None:
    sealed = bytearray(KEY.seal(b"12345678", context=b"row"))
    sealed[place] ^= 1 << bit

    with pytest.raises(SealBroken):
        KEY.open(bytes(sealed), context=b"row")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = KEY.seal(b"private key", context=b"signing_key:a")

    with pytest.raises(SealBroken):
        KEY.open(sealed, context=b"signing_key:b")


def test_another_master_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        MasterKey.generate().open(KEY.seal(b"x", context=b""), context=b"")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(27), b"\x02" + bytes(40), bytes(60)])
def test_what_is_cut_short_or_of_another_version_is_broken(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        KEY.open(sealed, context=b"")


def test_the_same_plaintext_is_never_sealed_to_the_same_bytes() -> None:
    assert len({KEY.seal(b"same", context=b"") for _ in range(100)}) == 100


def test_a_seal_made_today_opens_with_the_code_of_tomorrow() -> None:
    sealed = bytes.fromhex("01000102030405060708090a0b") + bytes.fromhex("2ed744ffbb4f9cc44c71352f05094b832633ad64")

    assert KEY.open(sealed, context=b"ctx") == b"kept"


def test_keys_derived_for_two_purposes_differ_and_stay_the_same() -> None:
    assert KEY.derive("digest") == KEY.derive("digest")
    assert len({KEY.derive("digest"), KEY.derive("audit"), KEY.derive("")}) == 3
    assert len(KEY.derive("digest")) == 32


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_is_read_in_either_alphabet_with_or_without_padding(encode: Callable[[bytes], bytes]) -> None:
    raw = bytes(range(223, 255))
    text = encode(raw).decode()

    assert MasterKey.from_base64(text + "\n").to_base64() == MasterKey(raw).to_base64()
    assert MasterKey.from_base64(text.rstrip("=")).to_base64() == MasterKey(raw).to_base64()


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "32 bytes, not 0"), ("c2hvcnQ=", "32 bytes, not 5"), ("não", "not base64"), ("a" * 43 + "!", "not base64")],
)
def test_a_bad_key_is_refused_with_a_text_that_does_not_repeat_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        MasterKey.from_base64(text)

    assert not text or text not in str(refusal.value)


def test_a_key_does_not_show_itself() -> None:
    assert KEY.to_base64() not in repr(KEY)
    assert repr(KEY) == "MasterKey(...)"
