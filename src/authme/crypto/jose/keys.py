"""Signing keys and the public keys that go with them."""

import json
from collections.abc import Mapping
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from authme.crypto.jose.algorithms import Algorithm, NativePrivateKey, is_algorithm, new_native_key, signer
from authme.crypto.jose.compact import encode
from authme.crypto.jose.public_numbers import KeyRefused, VerificationKey, check_rsa, verification_key

_LONGEST_KID: Final = 256


class PublicKey:
    """A key that checks signatures of one algorithm; `kid` names it."""

    __slots__ = ("_key", "_verify", "alg", "kid")

    def __init__(self, key: VerificationKey, alg: Algorithm, kid: str | None = None) -> None:
        self._key = key
        # Only the signature is joserfc's to judge: if it also took the token apart, two readers would have to agree on it.
        self._verify = JWSRegistry.algorithms[alg].verify
        self.alg: Final = alg
        self.kid: Final = kid or key.thumbprint()

    def __repr__(self) -> str:
        return f"PublicKey(kid={self.kid!r}, alg={self.alg!r})"

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> Self:
        """Read a key as `jwk` writes it: `alg` must be there, `kid` is the thumbprint if missing. Raises KeyRefused."""
        alg, kid = jwk.get("alg"), jwk.get("kid")
        if not is_algorithm(alg):
            raise KeyRefused("alg: an algorithm known here is expected")
        check_kid(kid)
        check_use(jwk)
        return cls(verification_key(jwk, alg), alg, kid if isinstance(kid, str) else None)

    def jwk(self) -> dict[str, str]:
        """Return the key for publication in a JWKS, with `use`, `alg` and `kid`."""
        members = {name: str(value) for name, value in self._key.as_dict(private=False).items()}
        return members | {"use": "sig", "alg": self.alg, "kid": self.kid}

    def pem(self) -> str:
        """Return the key as SubjectPublicKeyInfo in PEM."""
        return self._key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def is_signature(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is one of this key and algorithm over `message`."""
        return self._verify(message, signature, self._key)


PublicKeys = Mapping[str, PublicKey]
"""Keys by their `kid`."""


class PrivateKey:
    """A key that signs with one algorithm. Its `kid` is the thumbprint of RFC 7638.

    Made once and kept: loading a key costs many signatures. It signs by `cryptography` and not by joserfc, which takes twice
    the time for ES256 and gives the same tokens.
    """

    __slots__ = ("_headers", "_native", "alg", "kid", "public", "sign_bytes")

    def __init__(self, native: NativePrivateKey, alg: Algorithm) -> None:
        self.sign_bytes: Final = signer(alg, native)
        self._native = native
        self._headers: dict[str, bytes] = {}
        self.alg: Final = alg
        self.public: Final = PublicKey(_public_part(native), alg)
        self.kid: Final = self.public.kid

    def __repr__(self) -> str:
        return f"PrivateKey(kid={self.kid!r}, alg={self.alg!r})"

    @classmethod
    def from_der(cls, der: bytes, alg: Algorithm) -> Self:
        """Read PKCS #8 as `to_der` writes it; raise KeyRefused when it is not a key for `alg`."""
        try:
            native = load_der_private_key(der, password=None)
            if isinstance(native, rsa.RSAPrivateKey):
                check_rsa(native.public_key().public_numbers())
            return cls(native, alg)  # type: ignore[arg-type]  # `signer` refuses every other kind of key
        except (ValueError, TypeError) as error:
            raise error if isinstance(error, KeyRefused) else KeyRefused(f"not a private key for {alg}") from error

    def to_der(self) -> bytes:
        """Return the key as PKCS #8, in the clear: to be sealed, never stored so."""
        return self._native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def public_jwk(self) -> dict[str, str]:
        """Return the public key for publication in a JWKS."""
        return self.public.jwk()

    def header_part(self, typ: str) -> bytes:
        """Return the first part of every token of this key and type, with its dot. Types are constants of the code."""
        part = self._headers.get(typ)
        if part is None:
            header = json.dumps({"alg": self.alg, "kid": self.kid, "typ": typ}, separators=(",", ":"))
            part = self._headers[typ] = encode(header.encode()) + b"."
        return part


def generate(alg: Algorithm) -> PrivateKey:
    """Make a new signing key. RSA takes a tenth of a second or more: not on the event loop."""
    return PrivateKey(new_native_key(alg), alg)


def check_kid(kid: object) -> None:
    """Refuse a `kid` that is not text of a sensible length."""
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= _LONGEST_KID):
        raise KeyRefused(f"kid: text of 1 to {_LONGEST_KID} characters is expected")


def check_use(jwk: Mapping[str, Any]) -> None:
    """Refuse a key that is not for checking signatures (RFC 7517 sections 4.2 and 4.3)."""
    if jwk.get("use", "sig") != "sig":
        raise KeyRefused("use: sig is expected")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise KeyRefused("key_ops: verify is expected")


def _public_part(native: NativePrivateKey) -> VerificationKey:
    if isinstance(native, rsa.RSAPrivateKey):
        return RSAKey.import_key(native.public_key())
    if isinstance(native, ec.EllipticCurvePrivateKey):
        return ECKey.import_key({"kty": "EC", "crv": "P-256", **_point(native.public_key())})
    if isinstance(native, ed25519.Ed25519PrivateKey):
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": encode(native.public_key().public_bytes_raw()).decode()})
    raise KeyRefused("not a kind of key that is used here")


def _point(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"x": encode(numbers.x.to_bytes(32, "big")).decode(), "y": encode(numbers.y.to_bytes(32, "big")).decode()}
