"""Certificates, read once and whole: what cannot be read is found here and nowhere later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm

from authme.certificates.model import NotAccepted

Extension = TypeVar("Extension", bound=x509.ExtensionType)

LARGEST: Final = 16 * 1024
_RSA_BITS: Final = range(2048, 8193)
_LARGEST_EXPONENT: Final = 2**32
"""Over the upper bounds, checking a signature takes long: callers send the keys. Everybody's exponent is 65537."""
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_DIGESTS: Final = (SHA256, SHA384, SHA512)
# What the library raises for a certificate that is malformed, or of a kind that it does not know.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One certificate of a path."""

    certificate: x509.Certificate
    subject: x509.Name
    issuer: x509.Name
    not_before: datetime
    not_after: datetime
    key: CertificatePublicKeyTypes
    digest: HashAlgorithm | None
    """Of the issuer's signature."""
    extensions: x509.Extensions

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as who issued it (RFC 5280 section 3.2); who signed it is another question."""
        return self.subject == self.issuer

    @property
    def is_authority(self) -> bool:
        """Whether it may issue others (RFC 5280 section 4.2.1.9)."""
        constraints = self.find(x509.BasicConstraints)
        return constraints is not None and constraints.ca

    @property
    def is_strong(self) -> bool:
        """Whether its key is RSA of 2048 to 8192 bits, or of one of the curves P-256, P-384 and P-521."""
        if isinstance(self.key, rsa.RSAPublicKey):
            return self.key.key_size in _RSA_BITS and self.key.public_numbers().e <= _LARGEST_EXPONENT
        return isinstance(self.key, ec.EllipticCurvePublicKey) and isinstance(self.key.curve, _CURVES)

    @property
    def is_signed_strongly(self) -> bool:
        """Whether its issuer signed a SHA-256, SHA-384 or SHA-512."""
        return isinstance(self.digest, _DIGESTS)

    def find(self, kind: type[Extension]) -> Extension | None:
        """Return the extension of this kind, if there is one."""
        return next((one.value for one in self.extensions if isinstance(one.value, kind)), None)

    def is_issued_by(self, issuer: "Link") -> bool:
        """Whether the other's key signed this one, and its name is what this one calls its issuer."""
        try:
            self.certificate.verify_directly_issued_by(issuer.certificate)
        except Exception:  # noqa: BLE001  # whatever is wrong with a signature, it is none; the library names no one type
            return False
        return True

    def is_signed_by_itself(self) -> bool:
        """Whether its own key signed it, be it by SHA-1: a root is believed for where it lies, not for what it says."""
        if not self.is_self_issued or self.is_signed_strongly or not isinstance(self.key, rsa.RSAPublicKey):
            return self.is_issued_by(self)
        try:
            self.key.verify(self.certificate.signature, self.certificate.tbs_certificate_bytes, PKCS1v15(), SHA1())  # noqa: S303  # as the docstring says
        except InvalidSignature:
            return False
        return True


def read(der: bytes) -> Link:
    """Return the certificate; raise NotAccepted when it is too large or malformed anywhere."""
    if len(der) > LARGEST:
        raise NotAccepted(f"a certificate has more than {LARGEST // 1024} KiB")
    try:
        return link(x509.load_der_x509_certificate(der))
    except UNREADABLE as error:
        raise NotAccepted("a certificate is malformed, or of an unknown kind") from error


def link(certificate: x509.Certificate) -> Link:
    """Return the certificate, read; raise one of UNREADABLE."""
    return Link(
        certificate=certificate,
        subject=certificate.subject,
        issuer=certificate.issuer,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=certificate.public_key(),
        digest=certificate.signature_hash_algorithm,
        extensions=certificate.extensions,
    )
