"""Password hashes are made one way and checked in all the ways that imports bring."""

import base64
import hashlib
import unicodedata

import bcrypt
import pytest
from argon2 import low_level
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.crypto import passwords
from authme.crypto.passwords import Argon2Parameters, hash_password, needs_rehash, recognise, verify_password

CHEAP = Argon2Parameters(memory_kib=64, time_cost=1, parallelism=1)
PBKDF2_SALT = "0ZrzXitFSGltTQnBWOsdgw"
SCRYPT_TAIL = "aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"
ARGON2_TAIL = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
BCRYPT_TAIL = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

# Published by other makers: the test vectors of argon2, passlib, Django and OpenBSD.
FOREIGN = [
    ("argon2id", "password", "$argon2id$v=19$m=65536,t=2,p=1$" + ARGON2_TAIL),
    ("argon2i", "password", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"),
    ("argon2i", "password", "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ"),
    ("bcrypt", "U*U", "$2a$05$" + BCRYPT_TAIL),
    ("bcrypt", "U*U", "$2b$05$" + BCRYPT_TAIL),
    ("bcrypt", "U*U", "$2y$05$" + BCRYPT_TAIL),
    (
        "pbkdf2-sha256",
        "toomanysecrets",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
    ),
    ("pbkdf2-sha256", "lètmein", "pbkdf2_sha256$20000$seasalt$oBSd886ysm3AqYun62DOdin8YcfbU1z9cksZSuLP9r0="),
    ("scrypt", "password", "$scrypt$ln=16,r=8,p=1$" + SCRYPT_TAIL),
]


def scheme_of(stored: str) -> str | None:
    scheme = recognise(stored)
    return scheme.name if scheme else None


def ab64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=").replace("+", ".")


@pytest.mark.parametrize(("scheme", "password", "stored"), FOREIGN)
def test_a_hash_of_another_maker_is_recognised_verified_and_due_for_a_new_one(scheme: str, password: str, stored: str) -> None:
    assert scheme_of(stored) == scheme
    assert verify_password(password, stored)
    assert not verify_password(password + "x", stored)
    assert needs_rehash(stored, Argon2Parameters())


def test_pbkdf2_with_sha512_is_verified() -> None:
    made = hashlib.pbkdf2_hmac("sha512", b"correct horse", b"0123456789abcdef", 1000)
    stored = f"$pbkdf2-sha512$1000${ab64(b'0123456789abcdef')}${ab64(made)}"

    assert scheme_of(stored) == "pbkdf2-sha512"
    assert verify_password("correct horse", stored)
    assert not verify_password("correct hors", stored)


def test_argon2d_is_verified() -> None:
    stored = low_level.hash_secret(b"correct horse", b"somesalt", 1, 64, 1, 32, low_level.Type.D).decode()

    assert scheme_of(stored) == "argon2d"
    assert verify_password("correct horse", stored)


@settings(max_examples=40, deadline=None)
@given(password=st.text(alphabet=st.characters(codec=None), max_size=60))
def test_any_password_matches_its_own_hash_and_not_another(password: str) -> None:
    stored = hash_password(password, CHEAP)

    assert verify_password(password, stored)
    assert not verify_password(password + "x", stored)
    assert not needs_rehash(stored, CHEAP)


def test_a_new_hash_says_its_parameters() -> None:
    stored = hash_password("correct horse", Argon2Parameters())

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_rehash(stored, Argon2Parameters())
    assert hash_password("correct horse", CHEAP) != hash_password("correct horse", CHEAP)


@pytest.mark.parametrize("changed", [Argon2Parameters(128, 1, 1), Argon2Parameters(64, 2, 1), Argon2Parameters(64, 1, 2)])
def test_any_other_parameter_makes_a_hash_due_for_a_new_one(changed: Argon2Parameters) -> None:
    assert needs_rehash(hash_password("x", CHEAP), changed)


@pytest.mark.parametrize("stored", ["", "$argon2id$", "$argon2id$junk", "plain"])
def test_what_cannot_be_read_is_due_for_a_new_one(stored: str) -> None:
    assert needs_rehash(stored, CHEAP)


def test_one_password_typed_on_two_keyboards_is_one_password() -> None:
    composed, decomposed = "São Tomé 1°", unicodedata.normalize("NFD", "São Tomé 1°")
    assert composed != decomposed

    assert verify_password(decomposed, hash_password(composed, CHEAP))
    assert verify_password(composed, hash_password(decomposed, CHEAP))


def test_an_imported_hash_of_a_password_as_typed_is_verified_too() -> None:
    typed = "pass\u2460word"
    stored = bcrypt.hashpw(typed.encode(), bcrypt.gensalt(4)).decode()

    assert verify_password(typed, stored)
    assert not verify_password("pass1word", stored)


def test_bcrypt_counts_72_bytes_as_the_systems_before_did() -> None:
    stored = bcrypt.hashpw(b"a" * 72, bcrypt.gensalt(4)).decode()

    assert verify_password("a" * 72, stored)
    assert verify_password("a" * 100, stored)
    assert not verify_password("a" * 71, stored)


def test_argon2_counts_every_byte() -> None:
    assert not verify_password("a" * 100, hash_password("a" * 72, CHEAP))


def test_bcrypt_counts_what_stands_behind_a_nul() -> None:
    stored = bcrypt.hashpw(b"a\0b", bcrypt.gensalt(4)).decode()

    assert verify_password("a\0b", stored)
    assert not verify_password("a\0c", stored)


@pytest.mark.parametrize(
    "stored",
    [
        "$argon2id$v=19$m=262145,t=1,p=1$" + ARGON2_TAIL,
        "$argon2id$v=19$m=262144,t=5,p=1$" + ARGON2_TAIL,
        "$argon2id$v=19$m=1024,t=4000000000,p=1$" + ARGON2_TAIL,
        "$argon2id$v=19$m=1024,t=1,p=17$" + ARGON2_TAIL,
        "$2b$15$" + BCRYPT_TAIL,
        "$2b$31$" + BCRYPT_TAIL,
        f"$pbkdf2-sha256$2000001${PBKDF2_SALT}${'A' * 43}",
        f"$pbkdf2-sha512$9999999999${PBKDF2_SALT}${'A' * 86}",
        "pbkdf2_sha256$2000001$seasalt$oBSd886ysm3AqYun62DOdin8YcfbU1z9cksZSuLP9r0=",
        "$scrypt$ln=18,r=8,p=1$" + SCRYPT_TAIL,
        "$scrypt$ln=99,r=8,p=1$" + SCRYPT_TAIL,
        "$scrypt$ln=17,r=8,p=5$" + SCRYPT_TAIL,
    ],
)
def test_a_hash_of_absurd_cost_is_refused_before_it_stalls_a_login(stored: str) -> None:
    assert recognise(stored) is None
    assert not verify_password("password", stored)


@pytest.mark.parametrize(
    "stored",
    [
        f"$pbkdf2-sha256$1000${PBKDF2_SALT}$",
        f"$pbkdf2-sha256$1000${PBKDF2_SALT}$AA",
        f"$pbkdf2-sha256$1000${PBKDF2_SALT}${'A' * 86}",
        "pbkdf2_sha256$1000$seasalt$",
        "pbkdf2_sha256$1000$seasalt$AAAA",
        "$scrypt$ln=4,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$AA",
        "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$AAAA",
    ],
)
def test_a_truncated_digest_that_everything_or_much_would_match_is_refused(stored: str) -> None:
    assert recognise(stored) is None


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "password",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$2x$05$" + BCRYPT_TAIL,
        "$2b$03$" + BCRYPT_TAIL,
        "$2b$05$" + BCRYPT_TAIL + "\n",
        "$2b$05$" + "z" * 53,
        "$argon2id$v=18$m=1024,t=1,p=1$" + ARGON2_TAIL,
        "$argon2id$v=19$m=7,t=1,p=1$" + ARGON2_TAIL,
        "$argon2id$v=19$m=1024,t=0,p=1$" + ARGON2_TAIL,
        "$argon2id$v=19$m=1024,t=1,p=0$" + ARGON2_TAIL,
        f"$pbkdf2-sha256$0${PBKDF2_SALT}${'A' * 43}",
        f"$pbkdf2-sha256$-1${PBKDF2_SALT}${'A' * 43}",
        f"$pbkdf2-sha256$1000$A${'A' * 43}",
        f"$pbkdf2-sha1$1000${PBKDF2_SALT}${'A' * 43}",
        f"$pbkdf2-sha256$\u0661\u0660\u0660\u0660${PBKDF2_SALT}${'A' * 43}",
        "$scrypt$ln=0,r=8,p=1$" + SCRYPT_TAIL,
        "$scrypt$ln=4,r=0,p=1$" + SCRYPT_TAIL,
        "$scrypt$ln=18,r=1,p=1$" + SCRYPT_TAIL,
    ],
)
def test_what_is_malformed_or_unknown_is_not_recognised_and_matches_nothing(stored: str) -> None:
    assert recognise(stored) is None
    assert not verify_password("", stored)
    assert not verify_password(stored, stored)


@settings(max_examples=200, deadline=None)
@given(
    stored=st.one_of(
        st.text(max_size=120),
        st.from_regex(r"\A\$(argon2id|scrypt|pbkdf2-sha256|2b)\$[a-z0-9=,.$/]{0,80}\Z"),
    )
)
def test_reading_a_stored_hash_never_fails_otherwise(stored: str) -> None:
    recognise(stored)
    needs_rehash(stored, CHEAP)


@pytest.mark.parametrize("parameters", [Argon2Parameters(), CHEAP])
def test_a_decoy_costs_what_a_real_hash_costs_and_matches_nobody(parameters: Argon2Parameters) -> None:
    decoy = passwords.decoy_hash(parameters)

    assert not needs_rehash(decoy, parameters)
    assert not verify_password("", decoy)
    assert decoy != passwords.decoy_hash(parameters)
