"""JOSE: the only place that touches it.

Owns signing keys as objects, the compact serialization, and the checks of RFC 7515, RFC 7519 and RFC 8725. The algorithm is
fixed by the key, never chosen by a token. Does not own which key is current or trusted (the caller brings the keys), nor
issuer, audience and replay (the caller reads the claims). Only signatures: no encryption, no shared secrets, no `none`.
"""

from authme.crypto.jose.algorithms import ALGORITHMS, Algorithm
from authme.crypto.jose.assertions import verify_assertion
from authme.crypto.jose.compact import MAX_TOKEN_LENGTH, InvalidToken
from authme.crypto.jose.jwks import ClientKeys, JwksRefused, parse_jwks
from authme.crypto.jose.keys import PrivateKey, PublicKey, PublicKeys, generate
from authme.crypto.jose.public_numbers import KeyRefused
from authme.crypto.jose.tokens import TokenExpired, UnknownKey, check_times, sign, verify

__all__ = [
    "ALGORITHMS",
    "MAX_TOKEN_LENGTH",
    "Algorithm",
    "ClientKeys",
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
    "parse_jwks",
    "sign",
    "verify",
    "verify_assertion",
]
