"""UI-28 where certificates are revoked, and where nobody says whether they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from support.answers import refused, token_object
from support.authority import Issued
from support.authority_profiles import Brasil
from support.given import MakeGiven
from support.given_certificates import LOGIN, CertificateServer, certificate_server, signed
from support.revocation_server import GOOD, REVOKED, RevocationServer, crl_of, ocsp_of, revocation_server

Make = Any


@pytest.fixture
def authorities() -> Iterator[RevocationServer]:
    with revocation_server() as running:
        yield running


@pytest.fixture
async def make_server(make_given: MakeGiven, tmp_path: Path, clock: FakeClock, authorities: RevocationServer) -> Make:
    async def make(way: str, mode: str) -> CertificateServer:
        brasil = Brasil.made(clock, **{way: f"{authorities.url}/{{}}.{way}"})
        return await certificate_server(
            make_given,
            f"sqlite:///{tmp_path}/{mode}.db",
            tmp_path,
            clock,
            brasil=brasil,
            certificate_revocation=mode,
            certificate_seconds=1,
            development="true",
        )

    return make


def publish_lists(authorities: RevocationServer, brasil: Brasil, *revoked: Issued) -> None:
    """Publish each authority's list, the last one's with these on it."""
    for authority in (brasil.root, brasil.first):
        authorities.put(f"/{authority.label}.crl", crl_of(authority))
    authorities.put("/issuing.crl", crl_of(brasil.issuing, *(one.certificate for one in revoked)))


def publish_answers(authorities: RevocationServer, brasil: Brasil, issued: Issued, status: Any) -> None:
    """Have each authority answer, the last one so about this certificate."""
    authorities.put("/root.ocsp", ocsp_of(brasil.root, brasil.first.certificate))
    authorities.put("/first.ocsp", ocsp_of(brasil.first, brasil.issuing.certificate))
    authorities.put("/issuing.ocsp", ocsp_of(brasil.issuing, issued.certificate, status))


@pytest.mark.parametrize("mode", ["hard", "soft"])
async def test_what_is_on_the_authoritys_list_is_refused(make_server: Make, authorities: RevocationServer, mode: str):
    server: CertificateServer = await make_server("crl", mode)
    maria, stolen = server.brasil.person(), server.brasil.person(key="P-256")
    publish_lists(authorities, server.brasil, stolen)

    token_object(await server.log_in(maria))
    answer = await server.log_in(stolen, "ES256")

    refused(answer, 401, "207")
    assert "revoked" in answer.text


@pytest.mark.parametrize("mode", ["hard", "soft"])
async def test_what_the_authority_answers_of_as_revoked_is_refused(make_server: Make, authorities: RevocationServer, mode: str):
    server: CertificateServer = await make_server("ocsp", mode)
    maria, stolen = server.brasil.person(), server.brasil.person(key="P-256")
    publish_answers(authorities, server.brasil, maria, GOOD)
    token_object(await server.log_in(maria))
    publish_answers(authorities, server.brasil, stolen, REVOKED)

    answer = await server.log_in(stolen, "ES256")

    refused(answer, 401, "207")
    assert "revoked" in answer.text


async def test_an_authority_that_was_revoked_certifies_nobody(make_server: Make, authorities: RevocationServer):
    server: CertificateServer = await make_server("crl", "hard")
    publish_lists(authorities, server.brasil)
    authorities.put("/root.crl", crl_of(server.brasil.root, server.brasil.first.certificate))

    answer = await server.log_in(server.brasil.person())

    refused(answer, 401, "207")
    assert "revoked" in answer.text


@pytest.mark.parametrize("way", ["crl", "ocsp"])
async def test_while_nobody_says_it_hard_refuses(make_server: Make, way: str):
    server: CertificateServer = await make_server(way, "hard")

    answer = await server.log_in(server.brasil.person())

    refused(answer, 401, "207")
    assert "revoked" in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("way", ["crl", "ocsp"])
async def test_while_nobody_says_it_soft_accepts(make_server: Make, way: str):
    server: CertificateServer = await make_server(way, "soft")

    token_object(await server.log_in(server.brasil.person()))


async def test_off_asks_nobody(make_server: Make, authorities: RevocationServer):
    server: CertificateServer = await make_server("crl", "off")
    maria = server.brasil.person()
    publish_lists(authorities, server.brasil, maria)

    token_object(await server.log_in(maria))

    assert not authorities.asked


async def test_an_authority_that_does_not_answer_holds_a_login_for_the_time_that_is_set(
    make_server: Make, authorities: RevocationServer
):
    server: CertificateServer = await make_server("crl", "hard")
    publish_lists(authorities, server.brasil)
    authorities.open.clear()

    refused(await server.log_in(server.brasil.person()), 401, "207")
    authorities.open.set()


async def test_nobody_is_asked_again_at_each_login(make_server: Make, authorities: RevocationServer):
    server: CertificateServer = await make_server("crl", "hard")
    publish_lists(authorities, server.brasil)

    for _ in range(3):
        token_object(await server.log_in(server.brasil.person()))

    assert set(authorities.asked.values()) == {1}


async def test_nobody_is_asked_for_a_signature_that_is_wrong(make_server: Make, authorities: RevocationServer):
    """Whoever holds no key makes the server fetch nothing."""
    server: CertificateServer = await make_server("crl", "hard")
    publish_lists(authorities, server.brasil)

    refused(await server.log_in(server.brasil.person(), signature="AAAA"), 401, "207")

    assert not authorities.asked


async def test_nobody_is_asked_once_the_challenge_is_over(make_server: Make, authorities: RevocationServer):
    server: CertificateServer = await make_server("crl", "hard")
    publish_lists(authorities, server.brasil)
    body = signed(server.brasil.person(), await server.asked())
    server.given.later(seconds=300)

    refused(await server.visitor.post(LOGIN, json=body), 400, "502")

    assert not authorities.asked
