"""Sign tokens, and check tokens that were signed here."""

import math
from collections.abc import Mapping
from typing import Any

from authme.crypto.jose.compact import Compact, InvalidToken, encode, json_object, parse
from authme.crypto.jose.keys import PrivateKey, PublicKey, PublicKeys


class TokenExpired(InvalidToken):
    """A token that was good and is too old."""


class UnknownKey(InvalidToken):
    """A token of a key that the caller did not bring."""


def sign(key: PrivateKey, claims: bytes, *, typ: str) -> str:
    """Return a token of these claims (a JSON object, in UTF-8, taken as it is) with the header `alg`, `kid`, `typ`."""
    message = key.header_part(typ) + encode(claims)
    return (message + b"." + encode(key.sign_bytes(message))).decode()


def verify(token: str, keys: PublicKeys, *, typ: str) -> dict[str, Any]:
    """Return the claims of a token signed by one of `keys`; raise InvalidToken. Times are the caller's: `check_times`.

    Raises UnknownKey when its key is not among them. `keys` is only looked up by the token's `kid`: whatever stands there, it
    names a key in this mapping or none.
    """
    compact = parse(token)
    kid = compact.header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise UnknownKey("no key of that kid")
    check_type(compact, typ)
    check_signature(compact, key)
    return json_object(compact.payload, "claims set")


def check_signature(compact: Compact, key: PublicKey) -> None:
    """Refuse a token that is not signed by this key with the key's own algorithm (RFC 8725 section 3.1)."""
    if compact.header.get("alg") != key.alg:
        raise InvalidToken("not the algorithm of the key")
    if not key.is_signature(compact.signing_input, compact.signature):
        raise InvalidToken("wrong signature")


def check_type(compact: Compact, typ: str) -> None:
    """Refuse a token made for another purpose (RFC 8725 section 3.11).

    A media type, so without regard to case, and `application/` may stand before it (RFC 7515 section 4.1.9).
    """
    if not has_type(compact, typ):
        raise InvalidToken("not the expected typ")


def has_type(compact: Compact, typ: str) -> bool:
    """Whether the header says this type."""
    said = compact.header.get("typ")
    return isinstance(said, str) and said.lower().removeprefix("application/") == typ.lower()


def check_times(claims: Mapping[str, Any], *, now: float, leeway: float = 0) -> None:
    """Check `exp` (must be there), `nbf` and `iat` in seconds; raise TokenExpired or InvalidToken."""
    expires_at = _time(claims, "exp")
    if expires_at is None:
        raise InvalidToken("no exp")
    for name in ("nbf", "iat"):
        begins_at = _time(claims, name)
        if begins_at is not None and begins_at > now + leeway:
            raise InvalidToken(f"{name} is in the future")
    if expires_at <= now - leeway:
        raise TokenExpired("expired")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    # A whole number may be larger than any float, which the check of those would not survive.
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise InvalidToken(f"{name} is not a number")
    return value
