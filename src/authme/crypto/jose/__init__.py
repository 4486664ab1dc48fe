"""JOSE: the only place that touches it.

Owns signing keys as objects, the compact serialization, and the checks of RFC 7515, RFC 7519 and RFC 8725. The algorithm is
fixed by the key, never chosen by a token; what somebody else published may fit several of its kind. Does not own which key is
current or trusted (the caller brings the keys), nor issuer, audience and replay (the caller reads the claims). Only
signatures: no encryption, no shared secrets, no `none`.
"""

from authme.crypto.jose.algorithms import ALGORITHMS, Algorithm
from authme.crypto.jose.assertions import verify_assertion
from authme.crypto.jose.compact import MAX_TOKEN_LENGTH, InvalidToken
from authme.crypto.jose.foreign import (
    FOREIGN_ALGORITHMS,
    ForeignKeys,
    ForeignToken,
    half_hash,
    parse_foreign_keys,
    verify_foreign,
)
from authme.crypto.jose.held_keys import HeldKeys, read_held_key
from authme.crypto.jose.jwks import ClientKeys, JwksRefused, parse_jwks
from authme.crypto.jose.keys import PrivateKey, PublicKey, PublicKeys, generate
from authme.crypto.jose.public_numbers import KeyRefused
from authme.crypto.jose.tokens import TokenExpired, UnknownKey, check_times, sign, verify

__all__ = [
    "ALGORITHMS",
    "FOREIGN_ALGORITHMS",
    "MAX_TOKEN_LENGTH",
    "Algorithm",
    "ClientKeys",
    "ForeignKeys",
    "ForeignToken",
    "HeldKeys",
    "InvalidToken",
    "JwksRefused",
    "KeyRefused",
    "PrivateKey",
    "PublicKey",
    "PublicKeys",
    "TokenExpired",
    "UnknownKey",
    "check_times",
    "generate",
    "half_hash",
    "parse_foreign_keys",
    "parse_jwks",
    "read_held_key",
    "sign",
    "verify",
    "verify_assertion",
    "verify_foreign",
]
