"""Client assertions (RFC 7523): tokens that a client signed with a key that it registered."""

from collections.abc import Collection
from typing import Any, Final

from authme.crypto.jose.algorithms import ALGORITHMS, Algorithm
from authme.crypto.jose.compact import InvalidToken, json_object, parse
from authme.crypto.jose.jwks import ClientKeys
from authme.crypto.jose.tokens import has_type

# Whoever names a type must name one of these: an access token that the client holds must not speak for the client.
_TYPES: Final = ("jwt", "client-authentication+jwt")


def verify_assertion(token: str, keys: ClientKeys, *, algorithms: Collection[Algorithm] = ALGORITHMS) -> dict[str, Any]:
    """Return the claims of an assertion signed by one of the client's keys; raise InvalidToken.

    Issuer, subject, audience, times and replay are the caller's (RFC 7523 section 3). Without a `kid` each key of the
    token's algorithm is tried; there are ten at most.
    """
    return json_object(signed_payload(token, keys, algorithms), "claims set")


def signed_payload(token: str, keys: ClientKeys, algorithms: Collection[Algorithm] = ALGORITHMS) -> bytes:
    """Return what the client signed, whatever it is; raise InvalidToken."""
    compact = parse(token)
    if "typ" in compact.header and not any(has_type(compact, typ) for typ in _TYPES):
        raise InvalidToken("not the typ of an assertion")
    alg, kid = compact.header.get("alg"), compact.header.get("kid")
    if alg not in algorithms:
        raise InvalidToken("not an allowed algorithm")
    if kid is not None and not isinstance(kid, str):
        raise InvalidToken("the kid is not text")
    fitting = keys.fitting(alg, kid)
    if not fitting:
        raise InvalidToken("no key of that kid and algorithm")
    if not any(key.is_signature(compact.signing_input, compact.signature) for key in fitting):
        raise InvalidToken("wrong signature")
    return compact.payload
