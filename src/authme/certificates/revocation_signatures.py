"""Signatures of what authorities publish."""

import hashlib
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509 import Certificate, ObjectIdentifier
from cryptography.x509.oid import SignatureAlgorithmOID

from authme.certificates.reading import UNREADABLE
from authme.certificates.revocation_words import NotLearnt

PKCS1: Final = padding.PKCS1v15()
_RSA: Final = frozenset(
    {SignatureAlgorithmOID.RSA_WITH_SHA256, SignatureAlgorithmOID.RSA_WITH_SHA384, SignatureAlgorithmOID.RSA_WITH_SHA512}
)
_ECDSA: Final = frozenset(
    {SignatureAlgorithmOID.ECDSA_WITH_SHA256, SignatureAlgorithmOID.ECDSA_WITH_SHA384, SignatureAlgorithmOID.ECDSA_WITH_SHA512}
)
_EDWARDS: Final = frozenset({SignatureAlgorithmOID.ED25519, SignatureAlgorithmOID.ED448})


def check_signed(
    signer: Certificate,
    data: bytes | memoryview,
    signature: bytes,
    *,
    algorithm: ObjectIdentifier,
    digest: HashAlgorithm | None,
    pss: padding.PSS | None = None,
) -> None:
    """Raise NotLearnt unless `signer` signed this: RSA, ECDSA with SHA-2, Ed25519 or Ed448.

    SHA-1 is refused: for whoever can make two documents with one digest, an authority would sign the one and not see the other.
    The digest is computed with other threads running: a list has some MiB.
    """
    try:
        _check(signer.public_key(), data, signature, algorithm, digest, pss)
    except (InvalidSignature, *UNREADABLE) as error:
        raise NotLearnt("its signature is not the authority's") from error


def _check(
    key: Any,
    data: bytes | memoryview,
    signature: bytes,
    algorithm: ObjectIdentifier,
    digest: HashAlgorithm | None,
    pss: padding.PSS | None,
) -> None:
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and algorithm in _EDWARDS:
        key.verify(signature, bytes(data))
        return
    if not isinstance(digest, SHA256 | SHA384 | SHA512):
        raise NotLearnt("its signature is by an algorithm that is not accepted")
    hashed = hashlib.new(digest.name, data).digest()
    if isinstance(key, rsa.RSAPublicKey) and (pss is not None or algorithm in _RSA):
        key.verify(signature, hashed, pss or PKCS1, Prehashed(digest))
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _ECDSA:
        key.verify(signature, hashed, ec.ECDSA(Prehashed(digest)))
    else:
        raise NotLearnt("its signature is by an algorithm that is not accepted")
