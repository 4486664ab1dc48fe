"""UI-28 by certificates that have one defect each: refused, with the check that failed, and nothing is said of who exists."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from authme.kernel.clock import FakeClock
from support.answers import refused, token_object
from support.authority import Issued, authority_draft, distinguished, reissued, root
from support.authority_keys import key_of
from support.authority_profiles import CPF, PERSON, Brasil, data_of, other_name, person
from support.given import MakeGiven
from support.given_certificates import CertificateServer, certificate_server
from support.two_engines import rows_of

MAIL = (x509.RFC822Name("maria@example.com.br"),)


@pytest.fixture
async def server(make_given: MakeGiven, tmp_path: Path, clock: FakeClock) -> CertificateServer:
    return await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock)


def changed(**changes: Any) -> Callable[[Brasil], Issued]:
    """Return what certifies a person with these details of the certificate changed."""
    return lambda brasil: brasil.person(changes=changes)


def weak(kind: Any) -> Callable[[Brasil], Issued]:
    return lambda brasil: brasil.person(key=kind)


def of_strangers(brasil: Brasil) -> Issued:
    """Certify a person by an authority that calls itself as the trusted one does."""
    key = key_of("RSA-2048", "stranger")
    return replace(root("root", brasil.clock, key=key), key=key).issue(person(brasil.clock))


def by_itself(brasil: Brasil) -> Issued:
    own = root("own", brasil.clock)
    return own.issue(person(brasil.clock), subject=own.certificate.subject)


def below_a_person(brasil: Brasil) -> Issued:
    """Certify somebody by the certificate of a person, who is no authority."""
    holder = brasil.person()
    pretender = replace(brasil.issuing, certificate=holder.certificate, key=holder.key, above=holder.above)
    return pretender.issue(person(brasil.clock, name="JOSE PEREIRA", key="P-256"))


def below_too_many(brasil: Brasil) -> Issued:
    """Certify somebody by an authority below one that may have none below it."""
    return brasil.issuing.authority("too deep").issue(person(brasil.clock))


def by_an_authority(brasil: Brasil, **changes: Any) -> Issued:
    return brasil.first.authority("faulty", **changes).issue(person(brasil.clock))


YEAR = timedelta(days=365)
DEFECTS: dict[str, tuple[Callable[[Brasil], Issued], str]] = {
    "no trusted root": (of_strangers, "not signed by whom it names"),
    "no way to a root": (lambda brasil: root("elsewhere", brasil.clock).issue(person(brasil.clock)), "trusted root"),
    "signed by itself": (by_itself, "itself"),
    "below a person": (below_a_person, "not an authority's"),
    "more authorities than allowed": (below_too_many, "more authorities"),
    "an authority's": (
        lambda brasil: brasil.first.issue(authority_draft("issuing", brasil.clock)),
        "is an authority's",
    ),
    "no key usage": (changed(uses=None), "not for signatures"),
    "only for encryption": (changed(uses=("key_encipherment",)), "not for signatures"),
    "no purposes": (changed(purposes=None), "clientAuth"),
    "only for mail": (changed(purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)), "clientAuth"),
    "for anything": (changed(purposes=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)), "clientAuth"),
    "no policy": (changed(policies=None), "policies"),
    "another policy": (changed(policies=("1.2.3.4",)), "policies"),
    "a policy that begins alike": (changed(policies=("2.16.76.1.2.11.1",)), "policies"),
    "any policy": (changed(policies=("2.5.29.32.0",)), "policies"),
    "a seal": (lambda brasil: brasil.seal(), "seal"),
    "signed with SHA-1": (changed(digest=hashes.SHA1()), "weaker than SHA-256"),  # noqa: S303  # what has to be refused
    "a critical extension of its own": (
        changed(more=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),)),
        "critical",
    ),
    "RSA of 1024 bits": (weak("RSA-1024"), "too weak"),
    "a curve of 224 bits": (weak("P-224"), "too weak"),
    "an authority without its use": (lambda brasil: by_an_authority(brasil, uses=("crl_sign",)), "sign certificates"),
    "an authority that expired": (
        lambda brasil: by_an_authority(brasil, not_after=_at(brasil) - timedelta(days=1)),
        "of an authority has expired",
    ),
    "an authority of other policies": (lambda brasil: by_an_authority(brasil, policies=("2.16.76.1.2.1.5",)), "policy"),
    "no document": (changed(names=MAIL), "no CPF"),
    "a document in the common name alone": (changed(subject=distinguished(f"MARIA:{CPF}"), names=MAIL), "no CPF"),
    "wrong check digits": (lambda brasil: brasil.person("52998224726"), "check digits"),
    "wrong check digits in the subject": (lambda brasil: brasil.person("52998224726", profile="new"), "check digits"),
    "two documents": (
        lambda brasil: brasil.person(profile="new", changes={"names": (other_name(PERSON, data_of("11144477735")),)}),
        "not the same document",
    ),
    "two serial numbers": (
        changed(subject=distinguished("MARIA", (NameOID.SERIAL_NUMBER, CPF), (NameOID.SERIAL_NUMBER, CPF))),
        "two serial numbers",
    ),
    "cut short data": (changed(names=(other_name(PERSON, "0101198052998"),)), "2.16.76.1.3.1"),
    "of a server": (changed(names=(x509.DNSName("example.com"), other_name(PERSON, data_of(CPF)))), "equipment"),
}


def _at(brasil: Brasil) -> Any:
    return brasil.first.certificate.not_valid_before_utc + 2 * YEAR


async def send(server: CertificateServer, issued: Issued, **changes: Any) -> httpx.Response:
    by = "RS256" if "RSA" in type(issued.key).__name__ else "ES256"
    return await server.log_in(issued, by, **changes)


@pytest.mark.parametrize("defect", DEFECTS)
async def test_each_is_refused_and_named(server: CertificateServer, defect: str):
    make, says = DEFECTS[defect]
    issued = make(server.brasil)

    without_anybody = await send(server, issued)
    await server.known()
    with_somebody = await send(server, issued)

    for answer in (without_anybody, with_somebody):
        refused(answer, 401, "207")
        assert says in answer.json()[0]["message"]
        assert answer.json()[0]["message"].startswith("The certificate is not accepted: ")
        assert CPF not in answer.text
    assert without_anybody.text == with_somebody.text
    assert await rows_of(server.given.env["AUTHME_DATABASE_URL"], "SELECT count(*) FROM session") == [(0,)]
    assert [row["result"] for row in await server.given.trail("user.login")] == ["REFUSED"] * 2


@pytest.mark.parametrize(("days", "says"), [(-200, "not valid yet"), (200, "expired")])
async def test_before_and_after_its_time_it_is_refused(server: CertificateServer, days: int, says: str):
    maria = server.brasil.person()
    server.given.later(days=days)

    answer = await send(server, maria)

    refused(answer, 401, "207")
    assert says in answer.text


async def test_signed_by_another_hand_it_is_refused(server: CertificateServer):
    maria = server.brasil.person()
    forged = reissued(maria.certificate, key_of("RSA-2048", "stranger"))
    chain = [base64.b64encode(one).decode() for one in (forged, *maria.chain[1:])]

    answer = await send(server, maria, certificates=chain)

    refused(answer, 401, "207")
    assert "not signed by whom it names" in answer.text


async def test_without_those_above_it_the_way_is_not_found(server: CertificateServer):
    maria = server.brasil.person()

    answer = await send(server, Issued(certificate=maria.certificate, key=maria.key))

    refused(answer, 401, "207")
    assert "trusted root" in answer.text


async def test_those_above_it_come_in_any_order_and_the_persons_own_first(server: CertificateServer):
    user, maria = await server.known(), server.brasil.person()
    turned = Issued(certificate=maria.certificate, key=maria.key, above=maria.above[::-1])
    assert len(maria.above) == 2

    assert (await server.claims_of(turned))["sub"] == user.id


async def test_of_a_chain_that_begins_with_an_authority_the_signature_is_not_its_key(server: CertificateServer):
    maria = server.brasil.person()
    above_first = Issued(certificate=maria.above[0], key=maria.key, above=(maria.certificate, maria.above[1]))

    answer = await send(server, above_first)

    refused(answer, 401, "207")
    assert "signature" in answer.text


async def test_the_right_one_is_accepted_after_all_that(server: CertificateServer):
    token_object(await send(server, server.brasil.person()))
