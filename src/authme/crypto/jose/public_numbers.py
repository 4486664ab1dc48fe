"""Which public keys are fit for use, looking at their numbers."""

import functools
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authme.crypto.jose.algorithms import KEY_TYPES, RSA_BITS, RSA_EXPONENT, Algorithm
from authme.crypto.jose.compact import decode

VerificationKey = RSAKey | ECKey | OKPKey

_MEMBERS: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_CURVES: Final = {"EC": "P-256", "OKP": "Ed25519"}
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_RSA_MOST_BITS: Final = 8192  # a check costs time by the square of the length, and whoever registers a key chooses it
_RSA_EXPONENT_MOST_BITS: Final = 32
_ROCA_PRIMES: Final = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97),
    *(101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)


class KeyRefused(ValueError):
    """A key that is malformed, weak or not for its algorithm. The text is `member: reason` and holds nothing of the key."""


def verification_key(jwk: Mapping[str, object], alg: Algorithm) -> VerificationKey:
    """Make the key that checks signatures of `alg`; raise KeyRefused."""
    kind = KEY_TYPES[alg]
    if jwk.get("kty") != kind:
        raise KeyRefused(f"kty: {kind} is expected for {alg}")
    check_public(jwk)
    # Only the members looked at here reach the library, so that no other one can change what it does.
    members = {name: _text(jwk, name) for name in _MEMBERS[kind]} | {"kty": kind}
    if kind in _CURVES and members["crv"] != _CURVES[kind]:
        raise KeyRefused(f"crv: {_CURVES[kind]} is expected for {alg}")
    try:
        return _imported(kind, members)
    except (JoseError, ValueError) as error:
        raise error if isinstance(error, KeyRefused) else KeyRefused(f"{_MEMBERS[kind][-1]}: not a public key") from error


def check_public(jwk: Mapping[str, object]) -> None:
    """Refuse a key with anything secret in it."""
    secret = sorted(_PRIVATE_MEMBERS & jwk.keys())
    if secret or jwk.get("kty") == "oct":
        raise KeyRefused(f"{secret[0] if secret else 'kty'}: this is a secret; register a public key only, and make a new pair")


def _text(jwk: Mapping[str, object], name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise KeyRefused(f"{name}: text is expected")
    if name != "crv":
        try:
            decode(value)
        except ValueError as error:
            raise KeyRefused(f"{name}: base64url is expected") from error
    return value


def _imported(kind: str, members: Mapping[str, str]) -> VerificationKey:
    if kind == "EC":
        return ECKey.import_key(dict(members))
    if kind == "OKP":
        return OKPKey.import_key(dict(members))
    numbers = rsa.RSAPublicNumbers(e=int.from_bytes(decode(members["e"]), "big"), n=int.from_bytes(decode(members["n"]), "big"))
    check_rsa(numbers)
    return RSAKey.import_key(dict(members))


def check_rsa(numbers: rsa.RSAPublicNumbers) -> None:
    """Refuse weak RSA keys; joserfc lets short moduli and ROCA through (Wycheproof JWK 7 and 8)."""
    if not RSA_BITS <= numbers.n.bit_length() <= _RSA_MOST_BITS:
        raise KeyRefused(f"n: {RSA_BITS} to {_RSA_MOST_BITS} bits are expected")
    if numbers.e < RSA_EXPONENT or numbers.e % 2 == 0 or numbers.e.bit_length() > _RSA_EXPONENT_MOST_BITS:
        raise KeyRefused(f"e: an odd number from {RSA_EXPONENT} is expected (FIPS 186-5 section 5.4)")
    if _is_roca(numbers.n):
        raise KeyRefused("n: made by a generator whose keys can be factored (CVE-2017-15361)")


def _is_roca(modulus: int) -> bool:
    """Whether the modulus is a power of 65537 modulo every small prime, as no honest one is (Nemec et al., CCS 2017)."""
    return all(modulus % prime in _powers(prime) for prime in _ROCA_PRIMES)


@functools.cache
def _powers(prime: int) -> set[int]:
    return {pow(RSA_EXPONENT, exponent, prime) for exponent in range(prime - 1)}
