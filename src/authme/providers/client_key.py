"""Private keys with which this server proves to be a client (RFC 7523)."""

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_RSA_BITS: Final = 2048
_RSA_MOST_BITS: Final = 4096
"""To check a key takes time by more than the cube of its length: of 8192 bits seconds."""


class ClientKeyRefused(Exception):
    """What is wrong with a key, as a clause that never repeats it."""


def read_client_key(pem: str, *, only_p256: bool = False) -> str:
    """Return the key as PKCS #8 in PEM; raise ClientKeyRefused.

    A key signs by RS256, ES256 or EdDSA; `only_p256` is for Apple, which takes ES256 alone. Slow, by tenths of a second: for a
    thread.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size <= _RSA_MOST_BITS:
            # Whoever signs by it later does not check its numbers again.
            key = load_pem_private_key(pem.encode(), password=None)
    except TypeError as error:
        raise ClientKeyRefused("a private key that is not encrypted is expected") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ClientKeyRefused("a private key in PEM is expected") from error
    is_p256 = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    if only_p256 and not is_p256:
        raise ClientKeyRefused("a key of the curve P-256 is expected")
    is_rsa = isinstance(key, rsa.RSAPrivateKey) and _RSA_BITS <= key.key_size <= _RSA_MOST_BITS
    if not (is_p256 or is_rsa or isinstance(key, ed25519.Ed25519PrivateKey)):
        raise ClientKeyRefused(
            f"an RSA key of at least {_RSA_BITS} bits and at most {_RSA_MOST_BITS}, a P-256 or an Ed25519 key is expected"
        )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
