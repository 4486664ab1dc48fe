"""Where a certificate says that one can learn whether it is revoked."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from authme.certificates.reading import UNREADABLE
from authme.certificates.revocation_words import NotLearnt

_MOST: Final = 4
_SCHEMES: Final = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class ListPointer:
    """One place of a list of revoked certificates (RFC 5280 section 4.2.1.13)."""

    url: str
    names: frozenset[x509.GeneralName]
    """All names of its distribution point: a list that is for one point alone names one of them."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Whom to ask about one certificate, in the certificate's order, up to four of each kind."""

    responders: tuple[str, ...]
    lists: tuple[ListPointer, ...]


def read_pointers(certificate: x509.Certificate) -> Pointers:
    """Return whom a certificate names; raise NotLearnt if that cannot be read.

    Left out are LDAP, lists by another issuer, and lists that hold some reasons only: those do not answer the question.
    """
    try:
        responders = _responders(certificate)
        lists = _lists(certificate)
    except UNREADABLE as error:
        raise NotLearnt("the certificate's pointers to its authority cannot be read") from error
    return Pointers(tuple(dict.fromkeys(responders))[:_MOST], tuple(lists)[:_MOST])


def _responders(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        one.access_location.value
        for one in access
        if one.access_method == AuthorityInformationAccessOID.OCSP and _is_asked_by_http(one.access_location)
    ]


def _lists(certificate: x509.Certificate) -> list[ListPointer]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [
        ListPointer(name.value, frozenset(point.full_name))
        for point in points
        if point.full_name and point.reasons is None and point.crl_issuer is None
        for name in point.full_name
        if _is_asked_by_http(name)
    ]


def _is_asked_by_http(name: x509.GeneralName) -> bool:
    if not isinstance(name, x509.UniformResourceIdentifier):
        return False
    try:
        return urlsplit(name.value).scheme in _SCHEMES
    except ValueError:
        return False
