"""Signatures by the key of a certificate."""

from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

ALGORITHMS: Final = tuple(f"{scheme}{bits}" for scheme in ("RS", "PS", "ES") for bits in (256, 384, 512))
"""By their names in JOSE (RFC 7518 section 3.1); ES of any curve with any digest: nothing says which belong together."""
_DIGESTS: Final[dict[str, HashAlgorithm]] = {"256": SHA256(), "384": SHA384(), "512": SHA512()}


class SignatureWrong(Exception):
    """A signature does not hold; the text says why in plain words."""


def check_signature(certificate: x509.Certificate, algorithm: str, data: bytes, signature: bytes) -> None:
    """Raise SignatureWrong unless the certificate's key signed `data` by this one of ALGORITHMS.

    ECDSA is taken in DER (RFC 3279 section 2.2.3), as certificates' software makes it, and as two numbers of full width
    (RFC 7518 section 3.4), as browsers make it.
    """
    if algorithm not in ALGORITHMS:
        raise SignatureWrong(f"the algorithm is none of {', '.join(ALGORITHMS)}")
    digest = _DIGESTS[algorithm[2:]]
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and not algorithm.startswith("ES"):
            key.verify(signature, data, _rsa_padding(algorithm, digest), digest)
            return
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.startswith("ES"):
            _check_ecdsa(key, digest, data, signature)
            return
    except InvalidSignature as error:
        raise SignatureWrong("the signature was not made by the certificate's key over what was to be signed") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureWrong("the certificate's key cannot be read") from error
    raise SignatureWrong("the algorithm is not one of the certificate's key")


def _rsa_padding(algorithm: str, digest: HashAlgorithm) -> padding.AsymmetricPadding:
    if algorithm.startswith("RS"):
        return padding.PKCS1v15()
    # Cards and browsers salt by the digest's length, others by as much as fits: any length is as hard to forge (RFC 8017
    # section 9.1). The mask is made by the same digest, as everybody's is.
    return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)


def _check_ecdsa(key: ec.EllipticCurvePublicKey, digest: HashAlgorithm, data: bytes, signature: bytes) -> None:
    width = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * width:
        r, s = (int.from_bytes(half, "big") for half in (signature[:width], signature[width:]))
        try:
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
        except InvalidSignature:
            pass  # a DER form of just this length is possible, once in a long while: it is tried as that, too
        else:
            return
    key.verify(signature, data, ec.ECDSA(digest))
