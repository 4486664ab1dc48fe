"""The compact serialization (RFC 7515 section 7.1), read strictly.

What two readers understand differently is what an attacker sends, so everything has one form here: three parts, base64url
without padding and without stray bits, UTF-8, JSON objects in which no name stands twice.
"""

import base64
import json
from typing import Any, Final, NamedTuple, NoReturn

MAX_TOKEN_LENGTH: Final = 16 * 1024
_PARTS: Final = 3
# A key or address in a token's own header is the sender's choice (RFC 8725 section 3.10); `crit` and `b64` announce rules
# that are not kept here, and a reader that does not keep them must refuse (RFC 7515 section 4.1.11, RFC 7797 section 6).
_REFUSED_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64"})


class InvalidToken(Exception):
    """A token that is not accepted. `reason` is for the log: it holds nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Compact(NamedTuple):
    """A token taken apart; nothing in it is to be believed yet."""

    header: dict[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes


def encode(data: bytes) -> bytes:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decode(text: str) -> bytes:
    """Return what base64url text stands for; raise ValueError unless it is the one way to write it."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The library passes over foreign characters and stray bits; what it made must lead back to the same text, or one token
    # would have many spellings, and a list of used ones would not know it again.
    if encode(data) != text.encode():
        raise ValueError("not canonical base64url")
    return data


def parse(token: str) -> Compact:
    """Take a token apart and check its form and header, not its signature; raise InvalidToken."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise InvalidToken("too long")
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise InvalidToken("not three parts")
    try:
        protected, payload, signature = (decode(part) for part in parts)
    except ValueError as error:
        raise InvalidToken("not base64url") from error
    header = json_object(protected, "header")
    if not _REFUSED_HEADERS.isdisjoint(header):
        raise InvalidToken("a header that is refused")
    return Compact(header, payload, token.rpartition(".")[0].encode(), signature)


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object; raise InvalidToken naming `what`."""
    try:
        # From text, since from bytes the library would guess UTF-16 and UTF-32.
        value = _decoder.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidToken(f"the {what} is not JSON in its one form") from error
    if not isinstance(value, dict):
        raise InvalidToken(f"the {what} is not a JSON object")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # RFC 7519 section 4 allows the last to win; another reader takes the first, and both believe the signature.
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
