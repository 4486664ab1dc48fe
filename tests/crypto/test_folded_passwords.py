"""A password of a legacy directory is compared without regard to capitals, and never anything else."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.crypto.passwords import (
    Argon2Parameters,
    fold,
    hash_folded,
    hash_password,
    is_folded,
    needs_rehash,
    recognise,
    verify_password,
)

CHEAP = Argon2Parameters(memory_kib=64, time_cost=1, parallelism=1)
PASSWORDS = st.text(alphabet=string.ascii_letters + string.digits + "#@$", min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(password=PASSWORDS, capitals=st.randoms(use_true_random=False))
def test_capitals_and_small_letters_count_alike_behind_a_folded_hash(password: str, capitals):  # noqa: ANN001  # a Random of hypothesis' own
    stored = hash_folded(password, CHEAP)
    typed = "".join(capitals.choice((one.upper(), one.lower())) for one in password)

    assert verify_password(typed, stored)
    assert not verify_password(typed + "x", stored)
    assert not verify_password(typed[:-1], stored)


def test_each_counts_as_it_is_behind_any_other():
    assert not verify_password("SECRET12", hash_password("secret12", CHEAP))
    assert not is_folded(hash_password("secret12", CHEAP))


@given(text=st.text())
def test_folding_changes_letters_of_ascii_alone_and_once(text: str):
    folded = fold(text)

    assert fold(folded) == folded
    assert len(folded) == len(text)
    assert all(
        now == was or (was in string.ascii_lowercase and now == was.upper()) for was, now in zip(text, folded, strict=True)
    )


@pytest.mark.parametrize(("typed", "kept"), [("stra\u00dfe", "STRASSE"), ("\u0131d", "ID"), ("\u00e9cole", "\u00c9COLE")])
def test_what_is_no_letter_of_ascii_is_not_taken_for_capitals_that_look_like_it(typed: str, kept: str):
    assert typed.upper() == kept
    assert not verify_password(typed, hash_folded(kept, CHEAP))


def test_a_folded_hash_is_due_for_a_new_one_when_its_costs_are_others():
    stored = hash_folded("secret12", CHEAP)

    assert is_folded(stored)
    assert not needs_rehash(stored, CHEAP)
    assert needs_rehash(stored, Argon2Parameters())
    assert needs_rehash("folded$", CHEAP)
    assert needs_rehash("folded$folded$" + hash_password("x", CHEAP), CHEAP)


def test_a_folded_hash_is_never_taken_from_elsewhere():
    assert recognise(hash_folded("secret12", CHEAP)) is None


@pytest.mark.parametrize("stored", ["folded$", "folded$x", "folded$folded$", "FOLDED$"])
def test_what_is_no_hash_matches_nothing(stored: str):
    assert not verify_password("", stored)
    assert not verify_password(stored, stored)
    assert not verify_password("SECRET", "folded$" + hash_folded("SECRET", CHEAP))
