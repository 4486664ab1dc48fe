"""Tokens that somebody else signed, and the key sets that they publish.

A set is read leniently, since others put into it what they like: a key that cannot be used here is passed over. A token is read
as strictly as one of ours, and the key says which algorithms it may be checked by (RFC 8725 section 3.1).
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry

from authme.crypto.jose.compact import Compact, InvalidToken, json_object, parse
from authme.crypto.jose.jwks import JwksRefused
from authme.crypto.jose.keys import check_kid, check_use
from authme.crypto.jose.public_numbers import KeyRefused, VerificationKey, check_public, verification_key
from authme.crypto.jose.tokens import UnknownKey, has_type

FOREIGN_ALGORITHMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
}
"""Each with the kind of key that it takes: RSA or a curve. Never `none`, and none with a shared secret."""
_SHA: Final = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512, "DSA": hashlib.sha512}
_CURVES: Final = {"EC": ("P-256", "P-384", "P-521"), "OKP": ("Ed25519",)}
_MOST_KEYS: Final = 100
_MOST_OF_ONE_NAME: Final = 4
"""Each is tried with every token that names it."""
_TYPE: Final = "jwt"


class ForeignKey(NamedTuple):
    """One key of a set."""

    kid: str | None
    alg: str | None
    """The one algorithm that its owner named for it; None for any that fits."""
    kind: str
    issuer: str | None
    """For whose tokens alone it is, in a set that is published for many issuers (Microsoft)."""
    key: VerificationKey


@dataclass(frozen=True, slots=True)
class ForeignKeys:
    """The keys of a set that can be used here."""

    entries: tuple[ForeignKey, ...]
    passed_over: tuple[str, ...] = ()
    """Why the others cannot be: a clause for each, of which nothing is secret."""

    def fitting(self, alg: str, kid: str | None) -> list[ForeignKey]:
        """Return the keys that a token of this algorithm and `kid` may be signed by."""
        kind = FOREIGN_ALGORITHMS.get(alg)
        found = [one for one in self.entries if one.kind == kind and one.alg in {None, alg}]
        if kid is not None:
            return [one for one in found if one.kid == kid][:_MOST_OF_ONE_NAME]
        # OpenID Connect Core section 10.1: of several keys the token says which it is.
        return found if len(found) == 1 else []


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """A token that one of the keys signed."""

    claims: dict[str, Any]
    alg: str
    key_issuer: str | None
    fingerprint: str
    """Of what was signed. A signature may have several spellings, what it is for has one."""


def parse_foreign_keys(body: bytes) -> ForeignKeys:
    """Read a JSON Web Key Set (RFC 7517 section 5); raise JwksRefused if it is none.

    Passed over are keys for encryption, of unknown kinds, weak ones, and those that were published with their secret.
    """
    try:
        keys = json_object(body, "key set").get("keys")
    except InvalidToken as error:
        raise JwksRefused("The key set is not a JSON object.") from error
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise JwksRefused(f"keys: a list of up to {_MOST_KEYS} keys is expected.")
    entries, passed_over = [], []
    for position, jwk in enumerate(keys):
        try:
            entries.append(_entry(jwk))
        except KeyRefused as error:
            passed_over.append(f"keys[{position}].{error}")
    return ForeignKeys(tuple(entries), tuple(passed_over))


def _entry(jwk: Any) -> ForeignKey:
    if not isinstance(jwk, dict):
        raise KeyRefused("kty: a JSON object is expected")
    check_public(jwk)
    check_kid(jwk.get("kid"))
    check_use(jwk)
    kind = _kind(jwk)
    fitting = [alg for alg, needed in FOREIGN_ALGORITHMS.items() if needed == kind]
    alg, issuer = jwk.get("alg"), jwk.get("issuer")
    if alg is not None and alg not in fitting:
        raise KeyRefused("alg: it is for no algorithm that is checked here")
    return ForeignKey(jwk.get("kid"), alg, kind, issuer if isinstance(issuer, str) else None, _key(jwk, kind))


def _kind(jwk: dict[str, Any]) -> str:
    """Return RSA or the curve; raise KeyRefused."""
    kty, curve = jwk.get("kty"), jwk.get("crv")
    if kty == "RSA":
        return "RSA"
    if isinstance(kty, str) and isinstance(curve, str) and curve in _CURVES.get(kty, ()):
        return curve
    raise KeyRefused("kty: a key of RSA, of P-256, P-384 or P-521, or Ed25519 is expected")


def _key(jwk: dict[str, Any], kind: str) -> VerificationKey:
    if kind == "RSA":
        return verification_key(jwk, "RS256")
    try:
        members = {name: jwk[name] for name in ("kty", "crv", "x", "y") if isinstance(jwk.get(name), str)}
        made = OKPKey.import_key(members) if kind == "Ed25519" else ECKey.import_key(members)
        # Read only now by the library: a point that is not on the curve is one that an attacker may choose.
        made.get_op_key("verify")
    except (JoseError, ValueError, KeyError) as error:
        raise KeyRefused("x: not a public key") from error
    return made


def verify_foreign(token: str, keys: ForeignKeys) -> ForeignToken:
    """Return what one of `keys` signed; raise InvalidToken. Whom it is from and for, and when, is the caller's to check.

    Raises UnknownKey when it is signed by no key of the set: a newer set may have it.
    """
    compact = parse(token)
    if "typ" in compact.header and not has_type(compact, _TYPE):
        raise InvalidToken("not the typ of an ID token")
    alg, kid = compact.header.get("alg"), compact.header.get("kid")
    if not isinstance(alg, str) or alg not in FOREIGN_ALGORITHMS:
        raise InvalidToken("not an allowed algorithm")
    if kid is not None and not isinstance(kid, str):
        raise InvalidToken("the kid is not text")
    fitting = keys.fitting(alg, kid)
    if not fitting:
        raise UnknownKey("no key of that kid and algorithm")
    signer = next((one for one in fitting if _is_signature(compact, alg, one.key)), None)
    if signer is None:
        # A newer set may have another key under the same name.
        raise UnknownKey("wrong signature")
    fingerprint = base64.urlsafe_b64encode(hashlib.sha256(compact.signing_input).digest()).rstrip(b"=").decode()
    return ForeignToken(json_object(compact.payload, "claims set"), alg, signer.issuer, fingerprint)


def _is_signature(compact: Compact, alg: str, key: VerificationKey) -> bool:
    try:
        return JWSRegistry.algorithms[alg].verify(compact.signing_input, compact.signature, key)
    except (JoseError, ValueError):
        return False


def half_hash(alg: str, text: str) -> str:
    """Return the left half of a text's digest by the hash of the algorithm (OpenID Connect Core section 3.1.3.6)."""
    digest = _SHA[alg[-3:]](text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
