"""Codes of authenticator apps (RFC 6238)."""

import base64

import pyotp
import pytest

from authme.crypto.totp import matching_step, new_totp_secret, otpauth_uri

SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = 1_764_000_015


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (2000000000, "69279037")],
)
def test_the_codes_of_the_standard(seconds: int, code: str):
    """RFC 6238 appendix B, of whose eight digits an app shows the last six."""
    assert matching_step(SECRET, code[-6:], now=seconds, after=0) == seconds // 30


@pytest.mark.parametrize(("offset", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_before_and_after_is_accepted(offset: int, is_accepted: bool):  # noqa: FBT001  # a parameter of the test
    code = pyotp.TOTP(SECRET).at(NOW + offset * 30)

    assert (matching_step(SECRET, code, now=NOW, after=0) == NOW // 30 + offset) is is_accepted


def test_a_step_that_was_used_and_all_before_it_are_refused():
    step = NOW // 30
    codes = {offset: pyotp.TOTP(SECRET).at(NOW + offset * 30) for offset in (-1, 0, 1)}

    assert matching_step(SECRET, codes[0], now=NOW, after=step) is None
    assert matching_step(SECRET, codes[-1], now=NOW, after=step) is None
    assert matching_step(SECRET, codes[1], now=NOW, after=step) == step + 1


def test_a_clock_that_was_moved_back_brings_no_old_code_back():
    code = pyotp.TOTP(SECRET).at(NOW)

    assert matching_step(SECRET, code, now=NOW - 3600, after=NOW // 30) is None
    assert matching_step(SECRET, pyotp.TOTP(SECRET).at(NOW - 3600), now=NOW - 3600, after=NOW // 30) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "é" * 6, "٣" * 6, "\ud800" * 3])
def test_what_is_no_code_matches_nothing(code: str):
    assert matching_step(SECRET, code, now=NOW, after=0) is None


def test_secrets_have_160_bits_and_differ():
    made = {new_totp_secret() for _ in range(100)}

    assert len(made) == 100
    assert {len(base64.b32decode(secret)) for secret in made} == {20}


def test_the_uri_says_whose_account_it_is():
    assert otpauth_uri(SECRET, account="a b@example.com", issuer="Example: Co").startswith("otpauth://totp/Example%3A%20Co:")
