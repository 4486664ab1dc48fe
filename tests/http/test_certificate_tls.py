"""X-tls-login: the certificate of the TLS connection, as a proxy passes it."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from authme.kernel.clock import FakeClock
from support.answers import refused, token_object
from support.authority import Issued
from support.authority_profiles import CNPJ, OTHER_CPF
from support.given import MakeGiven, claims
from support.given_certificates import TLS_LOGIN, CertificateServer, certificate_server

BEHIND_A_PROXY = {"certificate_header": "Client-Cert", "certificate_proxies": "127.0.0.1/32"}
NONE_CAME = "no certificate came with the connection"


@pytest.fixture
async def make_server(make_given: MakeGiven, tmp_path: Path, clock: FakeClock) -> Any:
    async def make(**settings: Any) -> CertificateServer:
        return await certificate_server(make_given, f"sqlite:///{tmp_path}/a.db", tmp_path, clock, is_whole=True, **settings)

    return make


@pytest.fixture
async def server(make_server: Any) -> CertificateServer:
    """Behind a proxy at the address that requests of the tests come from."""
    found: CertificateServer = await make_server(**BEHIND_A_PROXY)
    return found


def escaped(issued: Issued) -> str:
    """Return the certificate as a proxy that escapes PEM passes it."""
    return quote(issued.certificate.public_bytes(Encoding.PEM).decode(), safe="")


def as_byte_sequence(issued: Issued) -> str:
    """Return the certificate as RFC 9440 section 2.1 has it."""
    return f":{base64.b64encode(issued.chain[0]).decode()}:"


async def log_in(server: CertificateServer, passed: str | None) -> httpx.Response:
    headers = {"Client-Cert": passed} if passed is not None else {}
    return await server.visitor.post(TLS_LOGIN, headers=headers, json={})


@pytest.mark.parametrize("form", [escaped, as_byte_sequence])
async def test_whose_connection_it_is_logs_in(server: CertificateServer, form: Any):
    user = await server.known()

    found = token_object(await log_in(server, form(server.brasil.person())))

    said = claims(str(found["accessToken"]))
    assert (said["sub"], said["acr"], said["amr"]) == (user.id, "AUTH-BASIC", ["hwk"])


async def test_a_companys_acts_for_it(server: CertificateServer):
    firm = await server.given.business(document=CNPJ)
    await server.known(business_id=firm)

    found = token_object(await log_in(server, escaped(server.brasil.company())))

    assert claims(str(found["accessToken"]))["business_id"] == firm
    assert "ROLE_BUSINESS" in claims(str(found["accessToken"]))["authorities"]


async def test_without_a_certificate_nobody_logs_in(server: CertificateServer):
    answer = await log_in(server, None)

    refused(answer, 401, "207")
    assert NONE_CAME in answer.text


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"certificate_header": "Client-Cert", "certificate_proxies": "10.0.0.5/32"},
        {"certificate_header": "X-Other", "certificate_proxies": "127.0.0.1/32"},
    ],
    ids=["not configured", "not from the proxy", "another header"],
)
async def test_a_header_that_is_not_the_proxys_is_nothing(make_server: Any, settings: dict[str, Any]):
    server: CertificateServer = await make_server(**settings)

    answer = await log_in(server, escaped(server.brasil.person()))

    refused(answer, 401, "207")
    assert NONE_CAME in answer.text


@pytest.mark.parametrize(
    "passed", ["x", "", ":AAAA:", "%00", ":" + "A" * 30_000 + ":", "-----BEGIN%20CERTIFICATE-----", "::", ":%:"]
)
async def test_what_is_no_certificate_is_refused(server: CertificateServer, passed: str):
    refused(await log_in(server, passed), 401, "207")


async def test_two_are_none(server: CertificateServer):
    passed = f"{escaped(server.brasil.person())}, {escaped(server.brasil.person(OTHER_CPF))}"

    refused(await log_in(server, passed), 401, "207")


async def test_an_expired_one_is_named(server: CertificateServer):
    maria = server.brasil.person()
    server.given.later(days=200)

    answer = await log_in(server, escaped(maria))

    refused(answer, 401, "207")
    assert "expired" in answer.text


async def test_failures_count_for_the_network(make_server: Any):
    limited: CertificateServer = await make_server(**BEHIND_A_PROXY, network_failures=2)
    seal = escaped(limited.brasil.seal())
    for _ in range(2):
        refused(await log_in(limited, seal), 401, "207")

    refused(await log_in(limited, seal), 429, "601")


async def test_no_page_of_another_site_can_ask_for_it_unasked(server: CertificateServer):
    """A browser shows its certificate to whoever makes it ask; without a body of JSON it asks nobody's permission first."""
    headers = {"Client-Cert": escaped(server.brasil.person())}

    refused(await server.visitor.post(TLS_LOGIN, headers=headers), 415, "105")
    refused(await server.visitor.post(TLS_LOGIN, headers=headers | {"content-type": "text/plain"}, content=b"{}"), 415, "105")
