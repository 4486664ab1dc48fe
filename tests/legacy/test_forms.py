"""What has the form of a logon, what is taken as a password or phrase, and when a logon is revoked."""

import string

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from authme.legacy.logon import LOGON, read_logon
from authme.legacy.secret import SecretNotTaken, check_new_secret, is_password
from authme.legacy.standing import is_revoked

FIRST = string.ascii_uppercase + "#@$"
DAY_MS = 24 * 3600 * 1000
DAYS = st.none() | st.integers(0, 6).map(lambda day: day * DAY_MS)


def is_taken(secret: str) -> bool:
    try:
        check_new_secret(secret)
    except SecretNotTaken:
        return False
    return True


@for_any(st.text(max_size=10))
def test_whatever_is_read_as_a_logon_is_one(text: str):
    logon = read_logon(text)

    if logon is not None:
        assert 1 <= len(logon) <= 8
        assert logon[0] in FIRST
        assert set(logon) <= set(FIRST + string.digits)
        assert read_logon(logon) == logon
        assert logon.lower() == text.strip().lower()


@for_any(st.from_regex(LOGON, fullmatch=True), st.booleans())
def test_a_logon_is_read_in_small_letters_and_between_blanks_too(logon: str, is_small: bool):  # noqa: FBT001  # hypothesis gives it by place
    assert read_logon(f" {logon.lower() if is_small else logon}\n") == logon


@pytest.mark.parametrize(
    "text",
    ["", " ", "1ABC", "ABCDEFGHI", "AB CD", "AB.C", "A*", "A\0", "A,B", "A)(B", "École", "ßs", "\u0131d", "\ufb01", "\uff21"],
)
def test_what_cannot_be_a_logon_is_none(text: str):
    assert read_logon(text) is None


@pytest.mark.parametrize("blank", ["\u2003", "\u3000", "\u00a0", "\u0085", " \u2003"])
def test_blanks_of_other_alphabets_are_no_part_of_a_logon(blank: str):
    assert read_logon(f"{blank}MARIA01") is None
    assert read_logon(f"MARIA01{blank}") is None


def test_a_logon_is_read_among_254_characters():
    assert read_logon("MARIA01".center(254)) == "MARIA01"
    assert read_logon("MARIA01".center(255)) is None


@for_any(st.text(string.ascii_letters + string.digits + "#@$", min_size=1, max_size=8))
def test_up_to_8_letters_digits_and_national_characters_are_a_password(secret: str):
    assert is_taken(secret)
    assert is_password(secret)


@for_any(st.text(string.ascii_letters + string.digits + string.punctuation + " ", min_size=14, max_size=100))
def test_14_to_100_characters_that_can_be_printed_are_a_phrase(secret: str):
    assert is_taken(secret)
    assert not is_password(secret)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "pass-wor",
        "pass wor",
        "sénha",
        "p\0ss",
        "a" * 9,
        "a" * 13,
        "a" * 101,
        "a" * 13 + "é",
        "a" * 13 + "\n",
        "a" * 13 + "\x7f",
    ],
)
def test_what_is_between_or_holds_anything_else_is_not_taken_and_not_repeated(secret: str):
    with pytest.raises(SecretNotTaken) as caught:
        check_new_secret(secret)

    assert not secret or secret not in str(caught.value)


@for_any(st.booleans(), DAYS, DAYS, st.integers(-1, 7 * DAY_MS))
def test_what_happened_last_counts(flag: bool, revoke_at: int | None, resume_at: int | None, now: int):  # noqa: FBT001  # as above
    events = [(-1, flag), (resume_at, False), (revoke_at, True)]
    # Of two on the same day the one that revokes is later.
    last = max((at, revokes) for at, revokes in events if at is not None and (at <= now or at == -1))

    assert is_revoked(flag=flag, revoke_at=revoke_at, resume_at=resume_at, now=now) == last[1]


@pytest.mark.parametrize(
    ("flag", "revoke_day", "resume_day", "today", "revoked"),
    [
        (False, None, None, 3, False), (True, None, None, 3, True),
        (False, 3, None, 2, False), (False, 3, None, 3, True), (False, 3, None, 9, True),
        (True, None, 3, 2, True), (True, None, 3, 3, False),
        (False, 3, 5, 4, True), (False, 3, 5, 5, False),
        (False, 5, 3, 4, False), (False, 5, 3, 5, True), (False, 3, 3, 3, True),
    ],
)  # fmt: skip
def test_a_day_counts_from_its_beginning(
    *, flag: bool, revoke_day: int | None, resume_day: int | None, today: int, revoked: bool
):
    at = [None if day is None else day * DAY_MS for day in (revoke_day, resume_day)]

    for now in (today * DAY_MS, (today + 1) * DAY_MS - 1):
        assert is_revoked(flag=flag, revoke_at=at[0], resume_at=at[1], now=now) == revoked
