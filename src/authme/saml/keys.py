"""The key of this server at one identity provider: what signs requests, and what assertions are encrypted for."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_BITS: Final = 3072
_LIFE: Final = timedelta(days=3652)
_LONGEST_NAME: Final = 64
"""RFC 5280 appendix A.1, `ub-common-name`."""


def new_service_key(common_name: str, now: int) -> tuple[str, str]:
    """Return a new private key (PEM) and its certificate (base64 DER), valid for ten years from `now`, in epoch seconds.

    Slow, by tenths of a second: to be made before the first write of a unit, in a thread. The certificate is signed by its own
    key, since what identity providers compare is the key (SAML metadata interoperability profile section 2.5).
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_LONGEST_NAME] or "AuthMe")])
    born = datetime.fromtimestamp(now, tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # For whoever looks at the validity and whose clock is behind.
        .not_valid_before(born - timedelta(days=1))
        .not_valid_after(born + _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return private, base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def read_service_key(private_pem: str) -> rsa.RSAPrivateKey:
    """Return the private key that this server made; raise ValueError for what is none, or no RSA key.

    Its numbers are not checked again: that takes tenths of a second, for each login, and anybody may begin one.
    """
    key = serialization.load_pem_private_key(private_pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("An RSA key is expected.")  # noqa: TRY004  # the key's kind is a value read, not an argument's type
    return key


def read_certificate(base64_der: str) -> x509.Certificate:
    """Return the certificate, also of text that is broken into lines, as metadata has it; raise ValueError."""
    return x509.load_der_x509_certificate(base64.b64decode("".join(base64_der.split()), validate=True))
