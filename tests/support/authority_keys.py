"""Keys of the tests' authority, made once in a run: RSA takes long. And signatures by them, by the names of JOSE."""

from functools import cache
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

Kind = Literal["RSA-1024", "RSA-2048", "RSA-4096", "P-224", "P-256", "P-384", "P-521", "Ed25519"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_CURVES: dict[str, ec.EllipticCurve] = {
    "P-224": ec.SECP224R1(),
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "1": hashes.SHA1(),  # noqa: S303  # what has to be refused is made, too
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


@cache
def key_of(kind: Kind = "RSA-2048", owner: str = "") -> PrivateKey:  # noqa: ARG001  # who is asked for again is found in the cache
    """Return the key of that owner, always the same within a run."""
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))
    return ed25519.Ed25519PrivateKey.generate() if kind == "Ed25519" else ec.generate_private_key(_CURVES[kind])


def sign(key: PrivateKey, algorithm: str, data: bytes, *, salt: int | None = None) -> bytes:
    """Sign as the person's software does: RS256, PS384, ES512 …; ECDSA in DER. `salt`: bytes of PSS, else as the digest."""
    digest = _DIGESTS[algorithm[2:]]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(digest))
    assert isinstance(key, rsa.RSAPrivateKey)
    if algorithm.startswith("RS"):
        return key.sign(data, padding.PKCS1v15(), digest)
    return key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size if salt is None else salt), digest)
