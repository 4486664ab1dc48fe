"""Tokens signed here are accepted here; every known way of bending one is not."""

import base64
import hmac
import json
import math
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import KeySet

from authme.crypto import jose

Forge = Callable[..., str]
Keys = dict[str, jose.PublicKey]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def reason_of(token: str, keys: Keys, typ: str = "at+jwt") -> str:
    with pytest.raises(jose.InvalidToken) as refusal:
        jose.verify(token, keys, typ=typ)
    return refusal.value.reason


def header(key: jose.PrivateKey, **more: object) -> dict[str, object]:
    return {"alg": key.alg, "kid": key.kid, "typ": "at+jwt"} | more


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_a_token_signed_here_is_accepted_here(alg: str, signing_keys: dict[str, jose.PrivateKey], keys: Keys) -> None:
    token = jose.sign(signing_keys[alg], b'{"sub":"maria","scope":["READ"]}', typ="at+jwt")

    assert jose.verify(token, keys, typ="at+jwt") == {"sub": "maria", "scope": ["READ"]}


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # it warns of the name EdDSA (RFC 9864)
def test_another_reader_accepts_it_with_the_published_key(alg: str, signing_keys: dict[str, jose.PrivateKey]) -> None:
    key = signing_keys[alg]
    published = KeySet.import_key_set({"keys": [dict(key.public_jwk())]})

    read = jws.deserialize_compact(jose.sign(key, b'{"sub":"maria"}', typ="at+jwt"), published, algorithms=[alg])

    assert read.headers() == header(key)
    assert read.payload == b'{"sub":"maria"}'


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_the_type_is_a_media_type(typ: str, key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert jose.verify(forge(key, header(key, typ=typ)), keys, typ="at+jwt") == {"sub": "maria"}


@pytest.mark.parametrize(
    "typ", ["JWT", "", "at", "jwt", "at+jwt ", "xapplication/at+jwt", "application/application/at+jwt", None, 1, ["at+jwt"]]
)
def test_a_token_of_another_type_is_refused(typ: object, key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert reason_of(forge(key, header(key, typ=typ)), keys) == "not the expected typ"


def test_a_token_without_a_type_is_refused(key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert reason_of(forge(key, {"alg": key.alg, "kid": key.kid}), keys) == "not the expected typ"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "es256", "ES384", "HS256", "RS256", "EdDSA", None, 1, ["ES256"]])
def test_only_the_keys_own_algorithm_is_accepted(alg: object, key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert reason_of(forge(key, header(key, alg=alg)), keys) == "not the algorithm of the key"


def test_a_token_without_an_algorithm_is_refused(key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert reason_of(forge(key, {"kid": key.kid, "typ": "at+jwt"}), keys) == "not the algorithm of the key"


def test_an_unsigned_token_is_refused(key: jose.PrivateKey, keys: Keys) -> None:
    unsigned = part(json.dumps(header(key, alg="none")).encode()) + "." + part(b'{"sub":"maria"}') + "."

    assert reason_of(unsigned, keys) == "not the algorithm of the key"
    assert reason_of(jose.sign(key, b"{}", typ="at+jwt").rpartition(".")[0] + ".", keys) == "wrong signature"


def test_a_public_key_is_no_shared_secret(signing_keys: dict[str, jose.PrivateKey], keys: Keys) -> None:
    key = signing_keys["RS512"]
    for alg, secret in (("HS256", key.public.pem().encode()), ("HS512", key.public.pem().strip().encode())):
        message = part(json.dumps(header(key, alg=alg)).encode()) + "." + part(b'{"sub":"maria"}')
        mac = hmac.digest(secret, message.encode(), f"sha{alg[2:]}")

        assert reason_of(f"{message}.{part(mac)}", keys) == "not the algorithm of the key"


@pytest.mark.parametrize(("signed_by", "named"), [("RS256", "RS512"), ("RS512", "PS256"), ("PS256", "RS256")])
def test_one_rsa_scheme_does_not_pass_for_another(
    signed_by: str, named: str, signing_keys: dict[str, jose.PrivateKey], forge: Forge
) -> None:
    key = signing_keys[signed_by]
    other = jose.PrivateKey.from_der(key.to_der(), named)  # type: ignore[arg-type]  # one of ALGORITHMS

    assert reason_of(forge(key, header(other)), {other.kid: other.public}) == "wrong signature"
    assert reason_of(forge(key, header(key)), {other.kid: other.public}) == "not the algorithm of the key"


@pytest.mark.parametrize(
    "kid", ["", "unknown", "../../dev/null", "https://evil.example/key", "' or 1=1", "\0", None, 7, ["a"], {}]
)
def test_a_kid_names_a_known_key_or_none(kid: object, key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert reason_of(forge(key, header(key, kid=kid)), keys) == "no key of that kid"


def test_a_key_signs_only_under_its_own_kid(signing_keys: dict[str, jose.PrivateKey], keys: Keys, forge: Forge) -> None:
    stranger = jose.generate("ES256")

    assert reason_of(forge(stranger, header(signing_keys["ES256"])), keys) == "wrong signature"
    assert reason_of(forge(stranger, header(stranger)), keys) == "no key of that kid"


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit", "b64"])
@pytest.mark.parametrize("value", ["https://evil.example/jwks", None, [], ["exp"], False, True, {}])
def test_a_header_that_brings_a_key_or_rules_of_its_own_is_refused(
    name: str, value: object, key: jose.PrivateKey, keys: Keys, forge: Forge
) -> None:
    assert reason_of(forge(key, header(key, **{name: value})), keys) == "a header that is refused"


def test_a_token_that_carries_its_own_key_is_refused(key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    stranger = jose.generate("ES256")
    token = forge(stranger, header(key, jwk=stranger.public_jwk()))

    assert reason_of(token, keys) == "a header that is refused"


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"maria", b"[]", b'"maria"', b"1", b"null", b"{} {}", b'{"a":NaN}', b'{"a":Infinity}', b"\xff{}"),
        *(b"\xef\xbb\xbf{}", '{"a":1}'.encode("utf-16"), b'{"sub":"maria","sub":"admin"}', b'{"a":{"b":1,"b":2}}'),
        *(b"[" * 8000, b'{"a":' * 2000, b'{"a":' + b"9" * 5000 + b"}"),
    ],
)
def test_claims_are_one_json_object_in_which_nothing_stands_twice(
    payload: bytes, key: jose.PrivateKey, keys: Keys, forge: Forge
) -> None:
    assert reason_of(forge(key, header(key), payload), keys).startswith("the claims set is not ")


def test_a_header_in_which_a_name_stands_twice_is_refused(key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    twice = f'{{"alg":"none","typ":"at+jwt","kid":"{key.kid}","alg":"{key.alg}"}}'.encode()
    escaped = f'{{"\\u0061lg":"none","typ":"at+jwt","kid":"{key.kid}","alg":"{key.alg}"}}'.encode()

    assert reason_of(forge(key, twice), keys).startswith("the header is not JSON")
    assert reason_of(forge(key, escaped), keys).startswith("the header is not JSON")


@pytest.mark.parametrize("protected", [b"", b"[]", b"null", b'"x"', b"\xff"])
def test_a_header_is_a_json_object(protected: bytes, key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    assert reason_of(forge(key, protected), keys).startswith("the header is not ")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "...", "a", "a.b", "a.b.c.d", '{"payload":"","signatures":[]}', "é.é.é", "\ud800.."]
)
def test_what_is_no_compact_serialization_is_refused(token: str, keys: Keys) -> None:
    assert reason_of(token, keys)


def test_a_fourth_part_is_refused(key: jose.PrivateKey, keys: Keys) -> None:
    token = jose.sign(key, b"{}", typ="at+jwt")

    assert {reason_of(token + tail, keys) for tail in (".", ".e30", "..")} == {"not three parts"}


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}\n", "{}\r\n", "{}#", "+{}", "/{}", "{}\0", "\u00a0{}", "{}é"])
def test_padding_spaces_and_foreign_characters_are_refused(
    position: int, change: str, key: jose.PrivateKey, keys: Keys
) -> None:
    parts = jose.sign(key, b'{"sub":"maria"}', typ="at+jwt").split(".")
    parts[position] = change.format(parts[position])

    assert reason_of(".".join(parts), keys) == "not base64url"


def test_stray_bits_behind_a_part_are_refused(key: jose.PrivateKey, keys: Keys) -> None:
    token = jose.sign(key, b'{"sub":"maria"}', typ="at+jwt")
    last = ALPHABET.index(token[-1])

    # A signature of 64 bytes leaves four bits of its last character unused: one token would have sixteen spellings.
    others = [token[:-1] + ALPHABET[last + stray] for stray in range(1, 16)]

    assert {reason_of(other, keys) for other in others} == {"not base64url"}


def test_a_payload_signed_in_a_second_spelling_is_refused(key: jose.PrivateKey, keys: Keys) -> None:
    message = (key.header_part("at+jwt").decode() + "e31").encode()

    assert reason_of(f"{message.decode()}.{part(key.sign_bytes(message))}", keys) == "not base64url"


def test_a_token_longer_than_16_kib_is_refused_unread(key: jose.PrivateKey, keys: Keys) -> None:
    longest = 16 * 1024 - len(jose.sign(key, b"", typ="at+jwt"))
    fits = b'{"a":"' + b"x" * (longest * 3 // 4 - 8) + b'"}'

    assert jose.verify(jose.sign(key, fits, typ="at+jwt"), keys, typ="at+jwt")
    assert reason_of(jose.sign(key, fits + b" " * 9, typ="at+jwt"), keys) == "too long"
    assert reason_of("." * 1_000_000, keys) == "too long"


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
@pytest.mark.parametrize("bent", [b"", b"\0", bytes(64), bytes(256), b"\xff" * 64, b"\xff" * 256, bytes(1000)])
def test_a_signature_of_any_length_and_value_is_refused_and_nothing_worse(
    alg: str, bent: bytes, signing_keys: dict[str, jose.PrivateKey], keys: Keys
) -> None:
    token = jose.sign(signing_keys[alg], b"{}", typ="at+jwt").rpartition(".")[0]

    assert reason_of(f"{token}.{part(bent)}", keys) == "wrong signature"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_token_with_any_character_changed_is_refused(
    data: st.DataObject, signing_keys: dict[str, jose.PrivateKey], keys: Keys
) -> None:
    alg = data.draw(st.sampled_from(jose.ALGORITHMS))
    token = jose.sign(signing_keys[alg], b'{"sub":"maria"}', typ="at+jwt")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([character for character in ALPHABET + ".= " if character != token[place]]))

    assert reason_of(token[:place] + other + token[place + 1 :], keys)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    token=st.one_of(st.text(max_size=80), st.from_regex(r"\A[A-Za-z0-9_-]{0,30}\.[A-Za-z0-9_-]{0,30}\.[A-Za-z0-9_-]{0,30}\Z"))
)
def test_no_text_does_anything_but_be_refused(token: str, keys: Keys) -> None:
    assert reason_of(token, keys)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    claims=st.dictionaries(
        st.text(max_size=10),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=10),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=10,
        ),
        max_size=5,
    )
)
def test_any_claims_come_back_as_they_went(claims: dict[str, object], key: jose.PrivateKey, keys: Keys) -> None:
    assert jose.verify(jose.sign(key, json.dumps(claims).encode(), typ="at+jwt"), keys, typ="at+jwt") == claims


def test_a_refusal_says_nothing_of_the_token(key: jose.PrivateKey, keys: Keys, forge: Forge) -> None:
    marked = forge(key, header(key, kid="MARK", crit="MARK"), b"MARK")

    assert "MARK" not in reason_of(marked, keys)


NOW = 1_764_000_000


@pytest.mark.parametrize(
    "claims", [{"exp": NOW + 1}, {"exp": NOW + 0.5, "nbf": NOW, "iat": NOW}, {"exp": NOW + 9, "nbf": 0, "iat": 0}]
)
def test_times_that_hold_pass(claims: dict[str, object]) -> None:
    jose.check_times(claims, now=NOW)


@pytest.mark.parametrize("exp", [NOW, NOW - 1, 0, -1])
def test_an_expired_token_is_told_apart(exp: int) -> None:
    with pytest.raises(jose.TokenExpired):
        jose.check_times({"exp": exp}, now=NOW)


@pytest.mark.parametrize(
    "claims",
    [
        *({}, {"exp": None}, {"exp": True}, {"exp": str(NOW + 9)}, {"exp": math.inf}, {"exp": math.nan}, {"exp": [NOW + 9]}),
        *({"exp": NOW + 9, "nbf": NOW + 1}, {"exp": NOW + 9, "iat": NOW + 1}),
        *({"exp": NOW + 9, "nbf": None}, {"exp": NOW + 9, "iat": "0"}, {"exp": NOW + 9, "iat": True}),
    ],
)
def test_times_that_are_missing_malformed_or_to_come_are_refused(claims: dict[str, object]) -> None:
    with pytest.raises(jose.InvalidToken):
        jose.check_times(claims, now=NOW)


def test_leeway_is_given_on_both_sides() -> None:
    jose.check_times({"exp": NOW - 29, "nbf": NOW + 30, "iat": NOW + 30}, now=NOW, leeway=30)
    with pytest.raises(jose.TokenExpired):
        jose.check_times({"exp": NOW - 30}, now=NOW, leeway=30)
    with pytest.raises(jose.InvalidToken):
        jose.check_times({"exp": NOW + 99, "nbf": NOW + 31}, now=NOW, leeway=30)
