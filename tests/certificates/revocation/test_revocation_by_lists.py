"""Lists of revoked certificates: what they say, and each way in which one can be wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from support.authority import root
from support.authority_keys import key_of
from support.revocation_server import HOUR, by_sha1, crl_of, entry
from support.revocation_world import World

UNKNOWN = "whether the certificate is revoked cannot be learnt: "


@pytest.fixture(autouse=True)
def _lists(world: World) -> None:
    world.only_lists()


async def test_a_certificate_that_no_list_names_is_accepted(world: World):
    await world.check()

    assert dict(world.server.asked) == {"/issuer.crl": 1, "/root.crl": 1}


async def test_a_certificate_that_is_listed_is_refused(world: World):
    world.server.put("/issuer.crl", crl_of(world.authority, world.person_with(), world.person, world.person_with()))

    assert await world.refusal() == "the certificate is revoked"


async def test_so_is_one_under_an_authority_that_is_listed(world: World):
    world.server.put("/root.crl", crl_of(world.root, world.authority.certificate))

    assert await world.refusal() == "the certificate of an authority above it is revoked"


async def test_the_root_is_not_asked_about(world: World):
    world.server.put("/root.crl", crl_of(world.root, world.root.certificate))

    await world.check()


@pytest.mark.parametrize("serial", [1, 127, 128, 255, 256, 2**63, 2**64, 2**159 - 1, 0x010000])
async def test_a_serial_number_of_any_length_is_found(world: World, serial: int):
    person = world.person_with(serial=serial)
    others = [x509.RevokedCertificateBuilder(one, datetime(2025, 1, 1, tzinfo=UTC)).build() for one in (2, 129, 2**158, 2**65)]
    world.server.put("/issuer.crl", crl_of(world.authority, *others))
    await world.check(person=person)

    world.server.put("/issuer.crl", crl_of(world.authority, *others, person))
    assert await world.refusal(person=person) == "the certificate is revoked"


@pytest.mark.parametrize(
    "reason", [one for one in x509.ReasonFlags if one not in {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl}]
)
async def test_every_reason_counts_a_hold_too(world: World, reason: x509.ReasonFlags):
    listed = entry(world.person, datetime(2025, 1, 1, tzinfo=UTC), (x509.CRLReason(reason), False))
    world.server.put("/issuer.crl", crl_of(world.authority, listed))

    assert await world.refusal() == "the certificate is revoked"


async def test_what_was_taken_off_the_list_is_not_revoked(world: World):
    removed = x509.CRLReason(x509.ReasonFlags.remove_from_crl)
    world.server.put(
        "/issuer.crl", crl_of(world.authority, entry(world.person, datetime(2025, 1, 1, tzinfo=UTC), (removed, False)))
    )

    await world.check()


def stranger(world: World) -> Any:
    """Return an authority of the same name, with another key."""
    return root("Issuer", world.clock, key=key_of("RSA-2048", "stranger"))


def of_another_point(world: World) -> bytes:
    return crl_of(world.authority, scope={"urls": [f"{world.server.url}/other.crl"]})


WRONG: dict[str, tuple[Callable[[World], bytes], str]] = {
    "another's signature": (lambda w: crl_of(w.authority, key=stranger(w).key), "its signature is not the authority's"),
    "another's name": (lambda w: crl_of(w.authority, issuer=w.root.certificate.subject), "the list is another authority's"),
    "the root's own list": (lambda w: crl_of(w.root), "the list is another authority's"),
    "sha-1": (
        lambda w: by_sha1(crl_of(w.authority)),
        "its signature is by an algorithm that is not accepted",
    ),
    "out of date": (lambda w: crl_of(w.authority, begins=-2 * HOUR, ends=-timedelta(seconds=61)), "the list is out of date"),
    "of the future": (lambda w: crl_of(w.authority, begins=timedelta(seconds=61)), "the list begins in the future"),
    "changes alone": (
        lambda w: crl_of(w.authority, more=[(x509.DeltaCRLIndicator(1), True)]),
        "the list holds changes alone",
    ),
    "an indirect list": (
        lambda w: crl_of(w.authority, scope={"indirect_crl": True, "urls": [f"{w.server.url}/issuer.crl"]}),
        "the list is of a kind that is not accepted",
    ),
    "some reasons": (
        lambda w: crl_of(w.authority, scope={"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}),
        "the list is of a kind that is not accepted",
    ),
    "attribute certificates": (
        lambda w: crl_of(w.authority, scope={"only_contains_attribute_certs": True}),
        "the list is of a kind that is not accepted",
    ),
    "for authorities": (
        lambda w: crl_of(w.authority, scope={"only_contains_ca_certs": True}),
        "the list is for certificates of another kind",
    ),
    "another point's list": (of_another_point, "the list is that of another distribution point"),
    "an unknown critical extension": (
        lambda w: crl_of(w.authority, more=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0"), True)]),
        "the list has a critical extension that is not known",
    ),
    "an unknown critical extension of an entry": (
        lambda w: crl_of(
            w.authority,
            entry(
                w.root.certificate,
                datetime(2025, 1, 1, tzinfo=UTC),
                (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0"), True),
            ),
        ),
        "it has entries of a kind that is not accepted",
    ),
    "entries of another issuer": (
        lambda w: crl_of(
            w.authority,
            entry(
                w.root.certificate,
                datetime(2025, 1, 1, tzinfo=UTC),
                (x509.CertificateIssuer([x509.DirectoryName(w.root.certificate.subject)]), True),
            ),
        ),
        "it has entries of a kind that is not accepted",
    ),
    "garbage": (lambda _: b"<html>not here</html>", "it has not the form of a list"),
    "nothing": (lambda _: b"", "it has not the form of a list"),
    "a certificate": (
        lambda w: w.person.public_bytes(Encoding.DER),
        "it has not the form of a list",
    ),
    "more behind it": (lambda w: crl_of(w.authority) + b"\0", "it has not the form of a list"),
    "too large": (lambda _: bytes((32 << 20) + 1), "the authority's server: the answer is larger than 33554432 bytes"),
}


@pytest.mark.parametrize("defect", WRONG)
async def test_a_list_tells_nothing_that_is(world: World, defect: str):
    make, reason = WRONG[defect]
    world.server.put("/issuer.crl", make(world))

    assert await world.refusal() == UNKNOWN + reason
    await world.check(world.revocation("soft"))


@pytest.mark.parametrize(
    "right",
    [
        {"scope": {"only_contains_user_certs": True}},
        {"digest": hashes.SHA512()},
        {"pss": True},
        {"begins": timedelta(seconds=59)},
        {"begins": -2 * HOUR, "ends": -timedelta(seconds=59)},
        {
            "more": [
                (x509.CRLNumber(7), False),
                (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0"), False),
            ]
        },
    ],
)
async def test_a_list_is_believed_with(world: World, right: dict[str, Any]):
    world.server.put("/issuer.crl", crl_of(world.authority, **right))

    await world.check()


@pytest.mark.parametrize("kind", ["P-256", "P-521", "Ed25519"])
async def test_a_list_is_believed_by_a_key_of_each_kind(world: World, kind: Any):
    world.authority = world.root.authority("Other", crl=[f"{world.server.url}/issuer.crl"], key=key_of(kind, "issuer"))
    world.person = world.person_with()
    world.server.put("/issuer.crl", crl_of(world.authority))
    await world.check()

    world.server.put("/issuer.crl", crl_of(world.authority, world.person))
    assert await world.refusal() == "the certificate is revoked"


async def test_a_list_for_people_does_not_tell_of_authorities(world: World):
    world.server.put("/root.crl", crl_of(world.root, scope={"only_contains_user_certs": True}))

    assert "cannot be learnt: the list is for certificates of another kind" in await world.refusal()


async def test_a_list_of_the_very_point_is_believed(world: World):
    world.server.put("/issuer.crl", crl_of(world.authority, scope={"urls": [f"{world.server.url}/issuer.crl"]}))

    await world.check()


async def test_an_authority_whose_key_is_not_for_lists_signs_none(world: World):
    world.authority = world.root.authority("Other", crl=[f"{world.server.url}/issuer.crl"], uses=("key_cert_sign",))
    world.server.put("/issuer.crl", crl_of(world.authority))

    refusal = await world.refusal(person=world.person_with())

    assert refusal == UNKNOWN + "the authority's key is not for signing lists"


async def test_whoever_stands_on_a_list_is_refused_also_when_it_is_old_or_nothing_has_to_be_learnt(world: World):
    world.server.put("/issuer.crl", crl_of(world.authority, world.person, begins=-900 * HOUR, ends=-800 * HOUR))

    assert await world.refusal(world.revocation("soft")) == "the certificate is revoked"
    await world.check(world.revocation("off"))


async def test_the_next_place_is_asked_when_the_first_does_not_know(world: World):
    places = (f"{world.server.url}/gone.crl", f"{world.server.url}/issuer.crl")
    person = world.person_with(crl_urls=places)
    await world.check(person=person)

    world.server.put("/issuer.crl", crl_of(world.authority, person))
    assert await world.refusal(person=person) == "the certificate is revoked"


async def test_a_certificate_that_names_nobody_is_refused_where_that_has_to_be_learnt(world: World):
    person = world.person_with(crl_urls=(), ocsp_urls=())

    assert await world.refusal(person=person) == UNKNOWN + "it names no server of its authority that could be asked"
    await world.check(world.revocation("soft"), person)


@pytest.mark.parametrize(
    "url", ["ldap://127.0.0.1/cn=x", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:x@127.0.0.1/x", "http://[::1", "x"]
)
async def test_what_is_no_web_address_is_not_asked(world: World, url: str):
    person = world.person_with(crl_urls=(url,))

    assert (await world.refusal(person=person)).startswith(UNKNOWN)
    assert dict(world.server.asked) in ({}, {"/root.crl": 1})


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/x.crl", "http://169.254.169.254/latest", "http://[fd00::1]/", "http://0.0.0.0/"]
)
async def test_an_address_of_a_private_network_is_not_asked(world: World, url: str):
    refusal = await world.refusal(person=world.person_with(crl_urls=(url,)))

    assert refusal == UNKNOWN + "the authority's server: the host's address is not a public one"


async def test_a_list_with_reasons_or_of_another_issuer_is_not_asked(world: World):
    name = x509.UniformResourceIdentifier(f"{world.server.url}/issuer.crl")
    points = [
        x509.DistributionPoint([name], None, frozenset({x509.ReasonFlags.key_compromise}), None),
        x509.DistributionPoint([name], None, None, [x509.DirectoryName(world.root.certificate.subject)]),
    ]
    person = world.person_with(crl_urls=(), more=((x509.CRLDistributionPoints(points), False),))

    assert await world.refusal(person=person) == UNKNOWN + "it names no server of its authority that could be asked"
