"""Policies of certificates: which are accepted, and which an authority may certify by."""

from collections.abc import Iterable, Sequence
from typing import Final

from cryptography import x509

from authme.certificates.model import CertificateMethod, NotAccepted
from authme.certificates.reading import Link

_ANY: Final = "2.5.29.32.0"
_MAPPINGS: Final = x509.ObjectIdentifier("2.5.29.33")
_SEALS: Final = ("2.16.76.1.2.201", "2.16.76.1.2.202")
"""SE-S and SE-H (Resolution 211 of 2024 of ICP-Brasil's committee): a company's programs have them, and no person."""
_IN_HARDWARE: Final = ("2.16.76.1.2.3", "2.16.76.1.2.4")
"""A3 and A4 (DOC-ICP-04 table 4): the key was made in a card, a token or another module, and stays there."""
_PRACTICES: Final = ("2.16.76.1.1",)
"""Statements of practices (DPC), not policies of certificates. An authority of ICP-Brasil that certifies authorities only
states its own, as the root does: it names none of the policies of those below it, and restricts none."""


def is_under(policy: str, arcs: Iterable[str]) -> bool:
    """Whether the policy is one of these or below one of them, arc by arc: 2.16.76.1.2.11 is not below 2.16.76.1.2.1."""
    return any(policy == arc or policy.startswith(f"{arc}.") for arc in arcs)


def check_policy(path: Sequence[Link], accepted: Iterable[str]) -> frozenset[str]:
    """Return the accepted policies that the first of the path has and every authority between it and the root lets it have.

    Raises NotAccepted when there are none, and for a seal. RFC 5280 section 6.1 with these inputs: an explicit policy is
    demanded, mappings are inhibited; `anyPolicy` counts for authorities, never for who is certified.
    """
    leaf = path[0]
    named = _named(leaf) or frozenset()
    if any(is_under(policy, _SEALS) for policy in named):
        raise NotAccepted("the certificate is an electronic seal, which logs nobody in")
    accepted = tuple(accepted)
    wanted = frozenset(policy for policy in named if is_under(policy, accepted))
    if not wanted:
        raise NotAccepted("the certificate has none of the accepted policies")
    allowed = _allowed(path[1:-1])
    found = wanted if allowed is None else wanted & allowed
    if not found:
        raise NotAccepted("the certificate has a policy by which its authority may not certify")
    return found


def method_of(policies: Iterable[str]) -> CertificateMethod:
    """Return where the key is kept: in hardware, if each of these policies says so."""
    return "hwk" if all(is_under(policy, _IN_HARDWARE) for policy in policies) else "swk"


def _allowed(authorities: Sequence[Link]) -> frozenset[str] | None:
    """Return the policies by which all of them may certify, the lowest first; None: any."""
    allowed: frozenset[str] | None = None
    takes_any, is_explicit = True, False
    for authority in reversed(authorities):
        if any(one.oid == _MAPPINGS for one in authority.extensions):
            raise NotAccepted("the certificate of an authority maps policies, which is not accepted")
        named = _named(authority)
        if not _restricts_nothing(named, takes_any=takes_any, is_explicit=is_explicit):
            allowed = (named or frozenset()) if allowed is None else allowed & (named or frozenset())
        # Both count from where they stand, whatever the number of certificates that they could be put off for.
        takes_any = takes_any and authority.find(x509.InhibitAnyPolicy) is None
        constraints = authority.find(x509.PolicyConstraints)
        is_explicit = is_explicit or (constraints is not None and constraints.require_explicit_policy is not None)
    return allowed


def _restricts_nothing(named: frozenset[str] | None, *, takes_any: bool, is_explicit: bool) -> bool:
    if named is None:
        return False
    if _ANY in named:
        return takes_any
    return not is_explicit and all(is_under(policy, _PRACTICES) for policy in named)


def _named(link: Link) -> frozenset[str] | None:
    found = link.find(x509.CertificatePolicies)
    return None if found is None else frozenset(one.policy_identifier.dotted_string for one in found)
