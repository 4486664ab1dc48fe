"""The path from a certificate to a root (RFC 5280 section 6.1).

The library's own verifier is not used: it is for servers of the web, knows no policies, and does not say in words for people
which check failed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from authme.certificates.model import NotAccepted
from authme.certificates.name_constraints import check_names
from authme.certificates.reading import Link

LONGEST: Final = 6
"""Certificates of a path, the leaf and the root among them. ICP-Brasil's have 3 or 4."""
_MOST_SIGNATURES: Final = 24
"""Checked for one login: many certificates of one name could be put together in very many ways."""
AUTHORITY: Final = "the certificate of an authority"
WEAK: Final = "has a key that is too weak, too long or of an unknown kind"
# Extensions that are critical and processed, here or by revocation.
_PROCESSED: Final = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.CertificatePolicies,
    x509.PolicyConstraints,
    x509.InhibitAnyPolicy,
    x509.NameConstraints,
    x509.SubjectAlternativeName,
    x509.CRLDistributionPoints,
)
_OF_CLIENTS: Final = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}


@dataclass(frozen=True, slots=True)
class Anchors:
    """What the operator put into the folder."""

    roots: tuple[Link, ...] = ()
    intermediates: tuple[Link, ...] = ()


def find_path(leaf: Link, given: Sequence[Link], anchors: Anchors, now: datetime) -> tuple[Link, ...]:
    """Return a path that holds, the leaf first and the root last; raise NotAccepted with what is wrong with the likeliest one.

    What the caller sent is only a proposal: it is used as far as it leads to a root.
    """
    others = {other.certificate: other for other in (*given, *anchors.intermediates)}
    search = _Search(anchors.roots, tuple(others.values()))
    wrong: NotAccepted | None = None
    for path in search.paths((leaf,)):
        try:
            check_path(path, now)
        except NotAccepted as error:
            wrong = wrong or error
        else:
            return path
    raise wrong or NotAccepted(search.obstacle)


def check_path(path: Sequence[Link], now: datetime) -> None:
    """Raise NotAccepted unless the path holds at this time. That each signed the one before it, and how, is checked before."""
    room: int | None = None
    for place in range(len(path) - 1, -1, -1):
        link, whose = path[place], _whose(place)
        _check_time(link, now, whose)
        if not link.is_strong:
            raise NotAccepted(f"{whose} {WEAK}")
        _check_extensions(link, whose)
        check_names(link, path[place + 1 :])
        if place > 0:
            _check_authority(link)
            room = _room_below(link, room, is_root=place == len(path) - 1)


def _whose(place: int) -> str:
    return "the certificate" if place == 0 else AUTHORITY


def _check_time(link: Link, now: datetime, whose: str) -> None:
    if now < link.not_before:
        raise NotAccepted(f"{whose} is not valid yet")
    if now > link.not_after:
        raise NotAccepted(f"{whose} has expired")


def _check_extensions(link: Link, whose: str) -> None:
    if any(one.critical and not isinstance(one.value, _PROCESSED) for one in link.extensions):
        raise NotAccepted(f"{whose} has a critical extension that is not understood")


def _check_authority(link: Link) -> None:
    if not link.is_authority:
        raise NotAccepted("a certificate above it is not an authority's")
    usage = link.find(x509.KeyUsage)
    if usage is None or not usage.key_cert_sign:
        raise NotAccepted(f"{AUTHORITY} does not let it sign certificates")
    purposes = link.find(x509.ExtendedKeyUsage)
    if purposes is not None and _OF_CLIENTS.isdisjoint(purposes):
        raise NotAccepted(f"{AUTHORITY} does not let it certify for logins")


def _room_below(link: Link, room: int | None, *, is_root: bool) -> int | None:
    """Return how many authorities may follow (RFC 5280 section 6.1.4, l and m); None: any number."""
    if not is_root and not link.is_self_issued and room is not None:
        if room == 0:
            raise NotAccepted("there are more authorities above the certificate than one of them allows")
        room -= 1
    constraints = link.find(x509.BasicConstraints)
    own = None if constraints is None else constraints.path_length
    return min((one for one in (room, own) if one is not None), default=None)


@dataclass(slots=True)
class _Search:
    """Puts paths together, as few as need be."""

    roots: tuple[Link, ...]
    others: tuple[Link, ...]
    obstacle: str = "the certificate does not lead to a trusted root"
    signatures: int = field(default=0, init=False)

    def paths(self, path: tuple[Link, ...]) -> Iterator[tuple[Link, ...]]:
        """Yield every path that begins like this and ends in a root, each signed by the next."""
        for root in self.roots:
            if self._goes_on(path, root):
                yield (*path, root)
        if len(path) < LONGEST - 1:
            for other in self.others:
                if self._goes_on(path, other):
                    yield from self.paths((*path, other))

    def _goes_on(self, path: tuple[Link, ...], issuer: Link) -> bool:
        if path[-1].issuer != issuer.subject or any(issuer.certificate == one.certificate for one in path):
            return False
        # Before it is computed with: callers send the keys.
        if not issuer.is_strong:
            self.obstacle = f"{AUTHORITY} {WEAK}"
            return False
        if not path[-1].is_signed_strongly:
            self.obstacle = f"{_whose(len(path) - 1)} is signed by an algorithm weaker than SHA-256"
            return False
        if self.signatures == _MOST_SIGNATURES:
            self.obstacle = "too many of the certificates have one name"
            return False
        self.signatures += 1
        if not path[-1].is_issued_by(issuer):
            self.obstacle = "a certificate is not signed by whom it names as its issuer"
            return False
        return True
