"""Policies along the path: who may certify by which."""

import pytest
from cryptography import x509

from authme.certificates.model import NotAccepted
from authme.certificates.policies import check_policy, is_under, method_of
from authme.certificates.reading import Link, link
from support.authority import Authority
from support.authority_profiles import A1, A3, A4, PRACTICES, SE_S, Brasil, person

ANY = "2.5.29.32.0"
ACCEPTED = ("2.16.76.1.2.1", "2.16.76.1.2.3")


def path_of(authority: Authority, brasil: Brasil, *policies: str) -> list[Link]:
    issued = authority.issue(person(brasil.clock), policies=policies)
    return [link(one) for one in (issued.certificate, *issued.above, brasil.root.certificate)]


def below(
    brasil: Brasil, first: tuple[str, ...] | None, issuing: tuple[str, ...] | None, *of_first: x509.ExtensionType
) -> Authority:
    more = tuple((one, True) for one in of_first)
    return brasil.root.authority("first", policies=first, more=more).authority("issuing", policies=issuing)


@pytest.mark.parametrize(
    ("policy", "arc", "is_below"),
    [
        ("2.16.76.1.2.1.5", "2.16.76.1.2.1", True),
        ("2.16.76.1.2.1", "2.16.76.1.2.1", True),
        ("2.16.76.1.2.11", "2.16.76.1.2.1", False),
        ("2.16.76.1.2.101.5", "2.16.76.1.2.1", False),
        ("2.16.76.1.2", "2.16.76.1.2.1", False),
    ],
)
def test_policies_are_compared_arc_by_arc(policy: str, arc: str, is_below: bool):  # noqa: FBT001  # a parameter of the test
    assert is_under(policy, [arc]) is is_below


@pytest.mark.parametrize(
    ("first", "issuing"),
    [
        ((PRACTICES,), (A1, A3)),
        ((ANY,), (A3,)),
        ((A1, A3), (ANY,)),
        ((A3,), (A3, A4)),
        ((PRACTICES,), (PRACTICES,)),
        ((PRACTICES, A3), (A3,)),
    ],
)
def test_what_every_authority_lets_it_have(brasil: Brasil, first: tuple[str, ...], issuing: tuple[str, ...]):
    assert check_policy(path_of(below(brasil, first, issuing), brasil, A3), ACCEPTED) == {A3}


@pytest.mark.parametrize(
    ("first", "issuing"),
    [
        ((PRACTICES,), (A1,)),
        ((A1,), (A3,)),
        ((A1,), (ANY,)),
        ((A1, PRACTICES), (A3,)),
        (None, (A3,)),
        ((A3,), None),
        ((PRACTICES,), (SE_S,)),
    ],
)
def test_what_one_of_them_does_not(brasil: Brasil, first: tuple[str, ...] | None, issuing: tuple[str, ...] | None):
    with pytest.raises(NotAccepted, match="by which its authority may not certify"):
        check_policy(path_of(below(brasil, first, issuing), brasil, A3), ACCEPTED)


def test_only_what_is_accepted_and_allowed_counts(brasil: Brasil):
    path = path_of(below(brasil, (PRACTICES,), (A1, A4)), brasil, A1, A3, A4, "1.2.3")

    assert check_policy(path, ("2.16.76.1.2.1", "2.16.76.1.2.3")) == {A1}


def test_below_an_authority_that_inhibits_it_any_policy_is_none(brasil: Brasil):
    inhibiting = below(brasil, (ANY,), (ANY,), x509.InhibitAnyPolicy(0))

    with pytest.raises(NotAccepted, match="by which its authority may not certify"):
        check_policy(path_of(inhibiting, brasil, A3), ACCEPTED)


def test_below_an_authority_that_demands_a_policy_a_statement_of_practices_is_none(brasil: Brasil):
    demanding = below(
        brasil, (ANY,), (PRACTICES,), x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None)
    )

    with pytest.raises(NotAccepted, match="by which its authority may not certify"):
        check_policy(path_of(demanding, brasil, A3), ACCEPTED)


def test_an_authority_that_only_inhibits_mappings_changes_nothing(brasil: Brasil):
    authority = below(
        brasil, (ANY,), (PRACTICES,), x509.PolicyConstraints(require_explicit_policy=None, inhibit_policy_mapping=0)
    )

    assert check_policy(path_of(authority, brasil, A3), ACCEPTED) == {A3}


def test_mappings_are_not_accepted(brasil: Brasil):
    mapping = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), b"\x30\x00")
    authority = brasil.root.authority("first", more=((mapping, False),))

    with pytest.raises(NotAccepted, match="maps policies"):
        check_policy(path_of(authority, brasil, A3), ACCEPTED)


def test_a_seal_is_one_among_other_policies(brasil: Brasil):
    with pytest.raises(NotAccepted, match="electronic seal"):
        check_policy(path_of(brasil.issuing, brasil, A3, SE_S), ACCEPTED)


@pytest.mark.parametrize(
    ("policies", "method"),
    [({A3}, "hwk"), ({A4}, "hwk"), ({A3, A4}, "hwk"), ({A1}, "swk"), ({A1, A3}, "swk"), ({"1.2.3"}, "swk")],
)
def test_a_key_is_in_hardware_if_every_policy_says_so(policies: set[str], method: str):
    assert method_of(policies) == method
