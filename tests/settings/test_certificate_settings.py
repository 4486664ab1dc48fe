"""Settings by which certificates of TLS connections are asked for or believed: what hangs together."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from authme.settings import load
from settings.problems import problem_of, problems_of

TOGETHER = "AUTHME_CERTIFICATE_HEADER and AUTHME_CERTIFICATE_PROXIES: both or neither are expected."


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Everything that the port needs."""
    files = {"AUTHME_TLS_CERTIFICATE": tmp_path / "tls.pem", "AUTHME_TLS_KEY": tmp_path / "tls.key"}
    for file in files.values():
        file.touch()
    return {name: str(file) for name, file in files.items()} | {
        "AUTHME_CERTIFICATE_PORT": "9443",
        "AUTHME_CERTIFICATE_ROOTS": str(tmp_path),
    }


def test_a_header_needs_its_proxies_and_they_need_it():
    header, proxies = {"AUTHME_CERTIFICATE_HEADER": "Client-Cert"}, {"AUTHME_CERTIFICATE_PROXIES": "10.0.0.5"}

    assert problem_of(header) == TOGETHER
    assert problem_of(proxies) == TOGETHER
    assert load(header | proxies).certificates.certificate_proxies == (ip_network("10.0.0.5/32"),)


def test_a_port_of_its_own_with_tls_and_roots_is_enough(env: dict[str, str]):
    assert load(env).certificates.certificate_port == 9443


def test_everything_that_the_port_lacks_is_named_at_once():
    assert problems_of({"AUTHME_CERTIFICATE_PORT": "8080", "AUTHME_CERTIFICATE_PROXIES": "10.0.0.5"}) == [
        TOGETHER,
        "AUTHME_CERTIFICATE_PORT: needs AUTHME_TLS_CERTIFICATE and AUTHME_TLS_KEY.",
        "AUTHME_CERTIFICATE_PORT: needs AUTHME_CERTIFICATE_ROOTS.",
        "AUTHME_CERTIFICATE_PORT: a port other than AUTHME_PORT is expected.",
    ]


def test_the_port_is_not_the_servers(env: dict[str, str]):
    found = problem_of(env | {"AUTHME_PORT": "9443"})

    assert found == "AUTHME_CERTIFICATE_PORT: a port other than AUTHME_PORT is expected."
