"""The keys that a client registers for its assertions."""

import json
from dataclasses import dataclass
from typing import Any, Final

from authme.crypto.jose.algorithms import ALGORITHMS, KEY_TYPES, Algorithm, is_algorithm
from authme.crypto.jose.compact import InvalidToken, json_object
from authme.crypto.jose.keys import PublicKey, check_kid, check_use
from authme.crypto.jose.public_numbers import KeyRefused, check_public, verification_key

_MOST_KEYS: Final = 10
_LONGEST: Final = 64 * 1024


class JwksRefused(ValueError):
    """A key set that cannot be registered. The text says where and why, for the caller."""


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """A client's keys, one entry for each key and algorithm. A key that named no algorithm is there with each that fits."""

    entries: tuple[tuple[str | None, PublicKey], ...]

    def fitting(self, alg: object, kid: object) -> list[PublicKey]:
        """Return the keys of this algorithm that have this `kid`, or have none or are asked for none."""
        return [key for name, key in self.entries if key.alg == alg and (kid is None or name is None or name == kid)]


def parse_jwks(text: str) -> ClientKeys:
    """Read a JSON Web Key Set (RFC 7517 section 5); raise JwksRefused unless every key in it can be used here.

    Refused are private and symmetric keys (whoever sent them has just published a secret), weak ones, two with one `kid`,
    and sets that are empty or longer than ten keys.
    """
    if len(text) > _LONGEST:
        raise JwksRefused("The key set is too long.")
    try:
        keys = json_object(text.encode(), "key set").get("keys")
    except (InvalidToken, UnicodeError) as error:
        raise JwksRefused("The key set is not a JSON object.") from error
    if not isinstance(keys, list) or not 1 <= len(keys) <= _MOST_KEYS:
        raise JwksRefused(f"keys: a list of 1 to {_MOST_KEYS} keys is expected.")
    entries: list[tuple[str | None, PublicKey]] = []
    for position, jwk in enumerate(keys):
        try:
            entries += _entries(jwk)
        except KeyRefused as error:
            raise JwksRefused(f"keys[{position}].{error}.") from error
    _check_names([jwk.get("kid") for jwk in keys])
    return ClientKeys(tuple(entries))


def _entries(jwk: Any) -> list[tuple[str | None, PublicKey]]:
    if not isinstance(jwk, dict):
        raise KeyRefused("kty: a JSON object is expected")
    check_public(jwk)
    check_kid(jwk.get("kid"))
    check_use(jwk)
    kid: str | None = jwk.get("kid")
    return [(kid, PublicKey(verification_key(jwk, alg), alg, kid)) for alg in _algorithms(jwk)]


def _algorithms(jwk: dict[str, Any]) -> list[Algorithm]:
    if "alg" in jwk:
        if not is_algorithm(jwk["alg"]):
            raise KeyRefused(f"alg: one of {', '.join(ALGORITHMS)} is expected")
        return [jwk["alg"]]
    fitting = [alg for alg in ALGORITHMS if KEY_TYPES[alg] == jwk.get("kty")]
    if not fitting:
        raise KeyRefused("kty: RSA, EC or OKP is expected")
    return fitting


def _check_names(kids: list[str | None]) -> None:
    named = [kid for kid in kids if kid is not None]
    if len(set(named)) != len(named):
        raise JwksRefused(f"keys: two keys have one kid ({json.dumps(sorted(named))}).")
