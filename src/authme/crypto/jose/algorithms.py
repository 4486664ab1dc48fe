"""The signature algorithms that exist here."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeGuard, get_args

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

Algorithm = Literal["RS256", "RS512", "PS256", "ES256", "EdDSA"]
NativePrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Sign = Callable[[bytes], bytes]

ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)
KEY_TYPES: Final[Mapping[Algorithm, str]] = {"RS256": "RSA", "RS512": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
RSA_BITS: Final = 2048
RSA_EXPONENT: Final = 65537
_COORDINATE_BYTES: Final = 32


def is_algorithm(name: object) -> TypeGuard[Algorithm]:
    """Whether `name` names one of the algorithms, exactly as written there."""
    return isinstance(name, str) and name in KEY_TYPES


def new_native_key(alg: Algorithm) -> NativePrivateKey:
    """Make a key of the algorithm: RSA of 2048 bits, P-256 or Ed25519."""
    if KEY_TYPES[alg] == "RSA":
        return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1()) if alg == "ES256" else ed25519.Ed25519PrivateKey.generate()


def signer(alg: Algorithm, key: NativePrivateKey) -> Sign:
    """Return the function that signs with this key; raise ValueError when the key is not one for the algorithm."""
    if isinstance(key, rsa.RSAPrivateKey) and KEY_TYPES[alg] == "RSA":
        return _rsa_signer(alg, key)
    if isinstance(key, ec.EllipticCurvePrivateKey) and alg == "ES256" and isinstance(key.curve, ec.SECP256R1):
        return _es256_signer(key)
    if isinstance(key, ed25519.Ed25519PrivateKey) and alg == "EdDSA":
        return key.sign
    raise ValueError(f"This is not a key for {alg}.")


def _rsa_signer(alg: Algorithm, key: rsa.RSAPrivateKey) -> Sign:
    digest = SHA512() if alg == "RS512" else SHA256()
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if alg == "PS256":
        # RFC 7518 section 3.5: the salt is as long as the digest.
        scheme = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
    return lambda message: key.sign(message, scheme, digest)


def _es256_signer(key: ec.EllipticCurvePrivateKey) -> Sign:
    ecdsa = ec.ECDSA(SHA256())

    def sign(message: bytes) -> bytes:
        # RFC 7518 section 3.4: the two numbers at full width, not their DER.
        r, s = decode_dss_signature(key.sign(message, ecdsa))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")

    return sign
