"""Lists of revoked certificates (RFC 5280 sections 5 and 6.3)."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import SignatureAlgorithmOID

from authme.certificates.crl_entries import Serials, read_entries
from authme.certificates.crl_form import cut, malformed
from authme.certificates.reading import UNREADABLE
from authme.certificates.revocation_pointers import ListPointer
from authme.certificates.revocation_signatures import check_signed
from authme.certificates.revocation_words import NotLearnt
from authme.kernel.clock import CLOCK_SKEW_MS

_SKEW_SECONDS: Final = CLOCK_SKEW_MS // 1000
LARGEST: Final = 32 << 20
"""Bytes of a list."""
_HARMLESS: Final = (x509.AuthorityKeyIdentifier, x509.CRLNumber, x509.IssuingDistributionPoint)


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list whose signature was checked. Times are seconds since the epoch."""

    serials: Serials
    begins_at: int
    ends_at: int
    scope: x509.IssuingDistributionPoint | None

    def is_revoked(self, certificate: x509.Certificate, pointer: ListPointer, now: int) -> bool:
        """Whether the list's issuer revoked this certificate of its own; raise NotLearnt if the list cannot tell.

        Whoever stands on it is revoked also when the list is an old one; who does not, only while it is in time.
        """
        if certificate.serial_number in self.serials:
            return True
        if self.begins_at > now + _SKEW_SECONDS:
            raise NotLearnt("the list begins in the future")
        if self.ends_at < now - _SKEW_SECONDS:
            raise NotLearnt("the list is out of date")
        self._check_covers(certificate, pointer)
        return False

    def _check_covers(self, certificate: x509.Certificate, pointer: ListPointer) -> None:
        """Check that the certificate would be on this list (RFC 5280 section 6.3.3 b).

        An authority may publish several lists, each for some of its certificates: without this, another one of them could be
        put in the place of the one that a certificate stands on.
        """
        scope = self.scope
        if scope is None:
            return
        if scope.full_name is not None and not pointer.names & set(scope.full_name):
            raise NotLearnt("the list is that of another distribution point")
        is_authority = _is_authority(certificate)
        if (scope.only_contains_user_certs and is_authority) or (scope.only_contains_ca_certs and not is_authority):
            raise NotLearnt("the list is for certificates of another kind")


def read_list(der: bytes, issuer: x509.Certificate) -> RevocationList:
    """Return a list that `issuer` signed; raise NotLearnt otherwise. For a thread: it takes a while.

    Refused are delta and indirect lists, those with some reasons only or unknown critical extensions, and those without an end.
    """
    parts = cut(der)
    try:
        rest = x509.load_der_x509_crl(parts.rest)
        _check_issuer(rest, issuer)
        scope = _read_scope(rest)
        pss = rest.signature_algorithm_parameters if rest.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS else None
        check_signed(
            issuer,
            parts.signed,
            rest.signature,
            algorithm=rest.signature_algorithm_oid,
            digest=rest.signature_hash_algorithm,
            pss=pss if isinstance(pss, padding.PSS) else None,
        )
        if rest.next_update_utc is None:
            raise NotLearnt("the list does not say until when it holds")
        begins_at, ends_at = int(rest.last_update_utc.timestamp()), int(rest.next_update_utc.timestamp())
    except UNREADABLE as error:
        raise malformed() from error
    return RevocationList(read_entries(parts.entries), begins_at, ends_at, scope)


def _check_issuer(rest: x509.CertificateRevocationList, issuer: x509.Certificate) -> None:
    # What was cut away were all entries: otherwise some of them would be passed over.
    if len(rest) > 0:
        raise malformed()
    if rest.issuer != issuer.subject:
        raise NotLearnt("the list is another authority's")
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.crl_sign:
        raise NotLearnt("the authority's key is not for signing lists")


def _read_scope(rest: x509.CertificateRevocationList) -> x509.IssuingDistributionPoint | None:
    scope = None
    for extension in rest.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            raise NotLearnt("the list holds changes alone")
        if extension.critical and not isinstance(value, _HARMLESS):
            raise NotLearnt("the list has a critical extension that is not known")
        if isinstance(value, x509.IssuingDistributionPoint):
            scope = value
    if scope is None:
        return None
    if scope.indirect_crl or scope.only_some_reasons is not None or scope.only_contains_attribute_certs or scope.relative_name:
        raise NotLearnt("the list is of a kind that is not accepted")
    return scope


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
