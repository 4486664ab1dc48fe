"""Paths: which is found, and what the lengths of them may be."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from authme.certificates import chain
from authme.certificates.chain import Anchors, find_path
from authme.certificates.model import NotAccepted
from authme.certificates.reading import Link, link
from support.authority import Authority, Issued, root
from support.authority_keys import key_of
from support.authority_profiles import Brasil, person


def links(*certificates: x509.Certificate) -> list[Link]:
    return [link(one) for one in certificates]


def path_to(
    brasil: Brasil, issued: Issued, *, roots: tuple[Authority, ...] = (), at: datetime | None = None
) -> list[x509.Certificate]:
    anchors = Anchors(tuple(links(*(one.certificate for one in roots or (brasil.root,)))))
    leaf, *given = links(issued.certificate, *issued.above)
    now = at or datetime.fromtimestamp(brasil.clock.now(), UTC)
    return [one.certificate for one in find_path(leaf, given, anchors, now)]


def test_the_path_is_leaf_first_and_root_last(brasil: Brasil):
    issued = brasil.person()

    assert path_to(brasil, issued) == [issued.certificate, *issued.above, brasil.root.certificate]


def test_a_certificate_is_valid_at_both_ends_of_its_time(brasil: Brasil):
    issued = brasil.person()
    begins, ends = issued.certificate.not_valid_before_utc, issued.certificate.not_valid_after_utc

    path_to(brasil, issued, at=begins)
    path_to(brasil, issued, at=ends)
    with pytest.raises(NotAccepted, match="the certificate is not valid yet"):
        path_to(brasil, issued, at=begins - timedelta(seconds=1))
    with pytest.raises(NotAccepted, match="the certificate has expired"):
        path_to(brasil, issued, at=ends + timedelta(seconds=1))


def test_of_two_ways_to_a_root_the_one_that_holds_is_taken(brasil: Brasil):
    """An authority that was certified twice by the same name and key: once too briefly, once well."""
    now = brasil.issuing.certificate.not_valid_before_utc + timedelta(days=1)
    expired = brasil.first.authority("issuing", not_after=now)
    issued = brasil.person()
    both = Issued(certificate=issued.certificate, key=issued.key, above=(expired.certificate, *issued.above))

    assert path_to(brasil, both)[1] == brasil.issuing.certificate


def test_an_authority_with_two_roots_is_believed_by_either(brasil: Brasil):
    """Cross-certified: the same name and key, below another root."""
    other = root("another root", brasil.clock)
    crossed = other.authority("first", policies=None)
    issued = brasil.person()
    both = Issued(certificate=issued.certificate, key=issued.key, above=(*issued.above, crossed.certificate))

    assert path_to(brasil, both, roots=(brasil.root,))[-1] == brasil.root.certificate
    assert path_to(brasil, both, roots=(other,))[-1] == other.certificate


@pytest.mark.parametrize(("length", "is_long_enough"), [(None, True), (1, True), (0, False)])
def test_the_path_length_counts_authorities_only(brasil: Brasil, length: int | None, is_long_enough: bool):  # noqa: FBT001  # a parameter of the test
    top = brasil.root.authority("top", constraints=x509.BasicConstraints(ca=True, path_length=length))
    issued = top.authority("lower").issue(person(brasil.clock))

    if is_long_enough:
        assert len(path_to(brasil, issued)) == 4
    else:
        with pytest.raises(NotAccepted, match="more authorities above the certificate than one of them allows"):
            path_to(brasil, issued)


def test_a_length_further_down_does_not_widen_one_above(brasil: Brasil):
    top = brasil.root.authority("top", constraints=x509.BasicConstraints(ca=True, path_length=1))
    lower = top.authority("lower", constraints=x509.BasicConstraints(ca=True, path_length=5))

    with pytest.raises(NotAccepted, match="more authorities"):
        path_to(brasil, lower.authority("lowest").issue(person(brasil.clock)))


def test_the_roots_own_length_counts(brasil: Brasil):
    short = root("short", brasil.clock, constraints=x509.BasicConstraints(ca=True, path_length=0))

    with pytest.raises(NotAccepted, match="more authorities"):
        path_to(brasil, short.authority("lower").issue(person(brasil.clock)), roots=(short,))


def test_an_authority_that_renews_its_own_key_is_not_counted(brasil: Brasil):
    """RFC 5280 section 6.1.4 l: self-issued, by the old key for the new one."""
    old = brasil.root.authority("issuing", constraints=x509.BasicConstraints(ca=True, path_length=0))
    new = old.authority("issuing", key=key_of("P-256", "renewed"), constraints=x509.BasicConstraints(ca=True, path_length=0))

    assert len(path_to(brasil, new.issue(person(brasil.clock)))) == 4


def test_a_path_has_at_most_six_certificates(brasil: Brasil):
    authority = brasil.root
    for number in range(chain.LONGEST - 2):
        authority = authority.authority(f"authority {number}")
    assert len(path_to(brasil, authority.issue(person(brasil.clock)))) == chain.LONGEST

    with pytest.raises(NotAccepted, match="does not lead to a trusted root"):
        path_to(brasil, authority.authority("one more").issue(person(brasil.clock)))


def test_two_authorities_that_certify_each_other_lead_nowhere(brasil: Brasil):
    ours, theirs = root("ours", brasil.clock), root("theirs", brasil.clock)
    ours_by_theirs, theirs_by_ours = theirs.authority("ours"), ours.authority("theirs")
    issued = ours.issue(person(brasil.clock))
    circle = Issued(
        certificate=issued.certificate, key=issued.key, above=(ours_by_theirs.certificate, theirs_by_ours.certificate)
    )

    with pytest.raises(NotAccepted, match="does not lead to a trusted root"):
        path_to(brasil, circle)


def test_the_root_may_be_sent_along(brasil: Brasil):
    issued = brasil.person()
    along = Issued(certificate=issued.certificate, key=issued.key, above=(*issued.above, brasil.root.certificate))

    assert path_to(brasil, along) == path_to(brasil, issued)


def test_no_certificate_stands_in_a_path_twice(brasil: Brasil):
    """RFC 5280 section 6.1. The root, sent along, would be its own issuer."""
    leaf, issuing, first, top = links((issued := brasil.person()).certificate, *issued.above, brasil.root.certificate)
    search = chain._Search((top,), (issuing, first, top))  # noqa: SLF001  # all of its paths are of interest, not the first

    assert list(search.paths((leaf,))) == [(leaf, issuing, first, top)]


def test_many_certificates_of_one_name_are_not_tried_in_every_order(brasil: Brasil):
    """Nine authorities, each of which could have issued each other: thousands of ways."""
    tangle = [root("tangle", brasil.clock) for _ in range(9)]
    issued = tangle[0].issue(person(brasil.clock))

    with pytest.raises(NotAccepted, match="too many of the certificates have one name"):
        path_to(brasil, Issued(certificate=issued.certificate, key=issued.key, above=tuple(one.certificate for one in tangle)))


def test_a_key_that_is_not_accepted_is_not_computed_with(brasil: Brasil):
    """Whoever sends it chose its length; that it signed nothing is not found out."""
    issued = root("weak", brasil.clock).issue(person(brasil.clock))
    namesake = root("weak", brasil.clock, key=key_of("RSA-1024", "namesake"))

    with pytest.raises(NotAccepted, match=chain.WEAK):
        path_to(brasil, Issued(certificate=issued.certificate, key=issued.key, above=(namesake.certificate,)))


@pytest.mark.parametrize(("exponent", "is_accepted"), [(3, True), (65537, True), (2**32 + 15, False)])
def test_exponents_that_make_a_signature_slow_are_not_accepted(brasil: Brasil, exponent: int, is_accepted: bool):  # noqa: FBT001  # a parameter of the test
    key = rsa.RSAPublicNumbers(exponent, key_of("RSA-2048", "holder").public_key().public_numbers().n).public_key()  # type: ignore[union-attr]  # RSA

    assert link(certified(brasil, key)).is_strong is is_accepted


def certified(brasil: Brasil, key: rsa.RSAPublicKey) -> x509.Certificate:
    draft = person(brasil.clock)
    builder = x509.CertificateBuilder(draft.subject, draft.subject, key, 1, draft.not_before, draft.not_after)
    return builder.sign(brasil.root.key, hashes.SHA256())
