"""Private keys that an operator was given for another system: read as PEM, and used for tokens to that system."""

import hashlib
import json
from collections import OrderedDict
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from authme.crypto.jose.algorithms import RSA_BITS, Algorithm, Sign, signer
from authme.crypto.jose.compact import encode
from authme.crypto.jose.public_numbers import KeyRefused

_MOST_KEPT: Final = 64


def read_held_key(pem: str) -> tuple[Algorithm, Sign]:
    """Return the algorithm of an unencrypted private key and the function that signs with it; raise KeyRefused.

    The numbers of an RSA key were checked when it was given, and are not again: that takes from tenths of a second to several
    seconds, in which nobody else would be served.
    """
    try:
        native = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused("pem: an unencrypted private key is expected") from error
    if isinstance(native, ec.EllipticCurvePrivateKey) and isinstance(native.curve, ec.SECP256R1):
        return "ES256", signer("ES256", native)
    if isinstance(native, rsa.RSAPrivateKey) and native.key_size >= RSA_BITS:
        return "RS256", signer("RS256", native)
    if isinstance(native, ed25519.Ed25519PrivateKey):
        return "EdDSA", signer("EdDSA", native)
    raise KeyRefused(f"pem: a key of P-256, of Ed25519, or of RSA with {RSA_BITS} bits or more is expected")


class HeldKeys:
    """Keys that were read already, since reading one takes as long as many signatures."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[Algorithm, Sign]] = OrderedDict()

    def sign(self, pem: str, claims: dict[str, Any], *, key_id: str | None) -> str:
        """Return a token of these claims, by ES256, RS256 or EdDSA as the key is; raise KeyRefused."""
        alg, sign = self._read(pem)
        header = {"alg": alg, "typ": "JWT"} | ({"kid": key_id} if key_id is not None else {})
        message = b".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        return (message + b"." + encode(sign(message))).decode()

    def _read(self, pem: str) -> tuple[Algorithm, Sign]:
        name = hashlib.sha256(pem.encode()).digest()
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = read_held_key(pem)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found
