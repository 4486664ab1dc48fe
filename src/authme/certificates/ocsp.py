"""Questions to OCSP responders, and their answers (RFC 6960, RFC 5019)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from authme.certificates.reading import UNREADABLE
from authme.certificates.revocation_signatures import check_signed
from authme.certificates.revocation_words import AuthorityDown, NotLearnt
from authme.kernel.clock import CLOCK_SKEW_MS

LARGEST: Final = 64 << 10
"""Bytes of an answer."""
_SKEW: Final = timedelta(milliseconds=CLOCK_SKEW_MS)
_OLDEST_WITHOUT_END: Final = timedelta(days=1)
_MOST_CERTIFICATES: Final = 4
_DOWN: Final = {ocsp.OCSPResponseStatus.TRY_LATER, ocsp.OCSPResponseStatus.INTERNAL_ERROR}
_KNOWN: Final = (x509.OCSPNonce, x509.OCSPAcceptableResponses, x509.ExtendedKeyUsage, x509.KeyUsage, x509.BasicConstraints)


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """What a responder says, once its signature was checked."""

    is_revoked: bool
    ends_at: int | None
    """`nextUpdate`, in seconds since the epoch; without one an answer is not kept."""
    responder: x509.Certificate | None
    """Whose own state is to be checked: a delegated responder's, unless its authority says that there is no need."""


def ask_about(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return the question, with SHA-1 in its names, which every responder knows (RFC 5019 section 2.1.1).

    There is no nonce: responders hand out answers that they signed before, and each says from when until when it holds.
    """
    built = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1()).build()  # noqa: S303  # names a key, proves nothing
    return built.public_bytes(Encoding.DER)


def read_answer(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: int) -> OcspAnswer:
    """Return what is said of this certificate; raise NotLearnt if that is nothing, or nothing to rely on.

    Once a signature shows that the authority called it revoked, it stays so, also when the answer is an old one.
    """
    try:
        answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            reason = f"the responder answers {answer.response_status.name.lower().replace('_', ' ')}"
            raise (AuthorityDown if answer.response_status in _DOWN else NotLearnt)(reason)
        at = datetime.fromtimestamp(now, UTC)
        responder = _check_signer(answer, issuer, at)
        one = _find_one(answer, certificate, issuer)
        if one.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            return OcspAnswer(is_revoked=True, ends_at=_end(one), responder=responder)
        if one.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            raise NotLearnt("the responder does not know the certificate")
        _check_time(one, at)
        return OcspAnswer(is_revoked=False, ends_at=_end(one), responder=responder)
    except UNREADABLE as error:
        raise NotLearnt("the answer is malformed") from error


def _find_one(answer: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPSingleResponse:
    """Return the one thing that is said (RFC 5019 section 2.2.1), if it is said of this certificate by this issuer's key."""
    found = list(answer.responses)
    if len(found) != 1:
        raise NotLearnt("the answer is not one about one certificate")
    if any(one.critical for one in answer.single_extensions):
        raise NotLearnt("the answer has a critical extension that is not known")
    if not isinstance(found[0].hash_algorithm, SHA1 | SHA256):
        raise NotLearnt("the answer is about another certificate")
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, found[0].hash_algorithm).build()
    if _names(found[0]) != _names(asked):
        raise NotLearnt("the answer is about another certificate")
    return found[0]


def _names(one: Any) -> tuple[int, bytes, bytes]:
    return (one.serial_number, one.issuer_name_hash, one.issuer_key_hash)


def _check_time(one: ocsp.OCSPSingleResponse, at: datetime) -> None:
    if one.this_update_utc > at + _SKEW:
        raise NotLearnt("the answer begins in the future")
    ends_at = one.next_update_utc
    if (ends_at is None and at - one.this_update_utc > _OLDEST_WITHOUT_END) or (ends_at is not None and ends_at < at - _SKEW):
        raise NotLearnt("the answer is out of date")


def _end(one: ocsp.OCSPSingleResponse) -> int | None:
    return None if one.next_update_utc is None else int(one.next_update_utc.timestamp())


def _check_signer(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> x509.Certificate | None:
    """Check that the issuer, or whom it lets answer, signed this; return the latter if its own state is to be checked.

    RFC 6960 section 4.2.2.2. A responder that the operator would name is not provided for.
    """
    if any(one.critical and not isinstance(one.value, x509.OCSPNonce) for one in answer.extensions):
        raise NotLearnt("the answer has a critical extension that is not known")
    if _is_by(answer, issuer):
        _check_signature(answer, issuer)
        return None
    for responder in answer.certificates[:_MOST_CERTIFICATES]:
        if _is_by(answer, responder):
            _check_delegated(responder, issuer, at)
            _check_signature(answer, responder)
            return None if _has(responder, x509.OCSPNoCheck) else responder
    raise NotLearnt("the answer is signed by nobody whom the authority lets answer")


def _is_by(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if answer.responder_name is not None:
        return answer.responder_name == certificate.subject
    return answer.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest


def _check_signature(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    check_signed(
        signer,
        answer.tbs_response_bytes,
        answer.signature,
        algorithm=answer.signature_algorithm_oid,
        digest=answer.signature_hash_algorithm,
    )


def _check_delegated(responder: x509.Certificate, issuer: x509.Certificate, at: datetime) -> None:
    """Raise NotLearnt unless the issuer itself made this certificate, and for answering."""
    if responder.issuer != issuer.subject:
        raise NotLearnt("the answer is signed by nobody whom the authority lets answer")
    check_signed(
        issuer,
        responder.tbs_certificate_bytes,
        responder.signature,
        algorithm=responder.signature_algorithm_oid,
        digest=responder.signature_hash_algorithm,
    )
    purposes = [one.value for one in responder.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    # Not just any purpose: otherwise whoever has any certificate of this authority could answer for it.
    if not purposes or ExtendedKeyUsageOID.OCSP_SIGNING not in purposes[0]:
        raise NotLearnt("the answer is signed by nobody whom the authority lets answer")
    if not all(one.value.digital_signature for one in responder.extensions if isinstance(one.value, x509.KeyUsage)):
        raise NotLearnt("the responder's key is not for signing")
    if any(one.critical and not isinstance(one.value, _KNOWN) for one in responder.extensions):
        raise NotLearnt("the responder's certificate has a critical extension that is not known")
    if not responder.not_valid_before_utc - _SKEW <= at <= responder.not_valid_after_utc + _SKEW:
        raise NotLearnt("the responder's certificate is not in time")


def _has(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> bool:
    return any(isinstance(one.value, kind) for one in certificate.extensions)
