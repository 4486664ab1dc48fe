"""The certificate of the caller's TLS connection: from whom it is believed, and in which forms."""

import base64
from ipaddress import ip_network
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from authme.kernel.clock import SystemClock
from authme.kernel.http.client_certificate import NO_CERTIFICATES, SCOPE_KEY, CertificateSource, certificate_of
from support.authority import root

PROXY = "10.0.0.5"
SOURCE = CertificateSource.of("Client-Cert", [ip_network("10.0.0.5/32"), ip_network("fd00::/8")])
DER = root("Some", SystemClock()).certificate.public_bytes(Encoding.DER)
PEM = root("Some", SystemClock()).certificate.public_bytes(Encoding.PEM).decode()
SEQUENCE = f":{base64.b64encode(DER).decode()}:"


def found(text: str | None, peer: str | None = PROXY, source: CertificateSource = SOURCE, **scope: Any) -> bytes | None:
    return certificate_of(scope, {} if text is None else {"client-cert": text}, peer, source)


def pem_der() -> bytes:
    return base64.b64decode("".join(PEM.splitlines()[1:-1]))


@pytest.mark.parametrize("peer", [PROXY, "::ffff:10.0.0.5", "fd00::1"])
def test_a_byte_sequence_from_a_proxy_is_believed(peer: str):
    assert found(SEQUENCE, peer) == DER


@pytest.mark.parametrize("text", [quote(PEM, safe=""), quote(PEM), quote(PEM, safe="+=/"), quote(PEM.strip())])
def test_so_is_escaped_pem(text: str):
    assert found(text) == pem_der()


@pytest.mark.parametrize("peer", [None, "", "10.0.0.6", "127.0.0.1", "unix", "10.0.0.5, 10.0.0.5", "::ffff:10.0.0.6"])
def test_from_anybody_else_it_is_nothing(peer: str | None):
    assert found(SEQUENCE, peer) is None


def test_without_settings_it_is_nothing():
    assert found(SEQUENCE, source=NO_CERTIFICATES) is None
    assert found(SEQUENCE, source=CertificateSource.of(None, [ip_network("0.0.0.0/0")])) is None
    assert found(SEQUENCE, source=CertificateSource.of("Client-Cert", [])) is None
    assert found(SEQUENCE, source=CertificateSource.of("X-Other", [ip_network("0.0.0.0/0")])) is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        ":",
        "::",
        ": :",
        ":AAA:",
        ":A\xc1AA:",
        f"{SEQUENCE}, {SEQUENCE}",
        f"{SEQUENCE};a=1",
        SEQUENCE[:-1],
        SEQUENCE[1:],
        PEM.replace("\n", " ") + PEM.replace("\n", " "),
        quote(PEM + PEM),
        f"{quote(PEM)}, {quote(PEM)}",
        quote(PEM.replace("CERTIFICATE", "PRIVATE KEY")),
        quote(PEM).replace("BEGIN", "begin"),
        quote(PEM.replace("-----END CERTIFICATE-----", "")),
        "%",
        "%ZZ",
        ":" + "A" * 70_000 + ":",
    ],
)
def test_what_is_malformed_is_nothing_and_no_error(text: str | None):
    assert found(text) is None


@given(st.text(st.characters(max_codepoint=255)))
def test_no_text_is_an_error(text: str):
    for value in (text, f":{text}:", f"-----BEGIN%20CERTIFICATE-----{text}-----END%20CERTIFICATE-----"):
        assert isinstance(found(value), bytes | None)


def test_on_our_own_port_only_what_tls_proved_counts():
    assert found(SEQUENCE, **{SCOPE_KEY: b"shown"}) == b"shown"
    assert found(SEQUENCE, **{SCOPE_KEY: None}) is None
