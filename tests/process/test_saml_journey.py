"""Somebody logs in by their company's SAML identity provider, which is not ours: pysaml2, at a running server."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.answers import refused
from support.api import API
from support.given import Given, claims, environment
from support.saml_peer import SamlPeer, shown, skip_without_peer, xml_of
from support.saml_world import ACS, BEGIN, EXCHANGE, RENEW, refused_for
from support.serving import AUTHME, Serving, serving

CPF = "52998224725"
MAIL = "urn:mace:dir:attribute-def:mail"
"""How pysaml2 calls `mail` among basic names."""
PERSON = {"mail": ["maria@example.com"], "cpf": [CPF], "fullName": ["Maria da Silva"]}


@pytest.fixture
def env(url: str) -> dict[str, str]:
    # The provider listens on this machine, without TLS.
    return environment(url, ISSUER="http://127.0.0.1:8080", DEVELOPMENT="true")


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[SamlPeer]:
    skip_without_peer()
    with SamlPeer(tmp_path / "peer") as running:
        running.behave(attributes=PERSON)
        yield running


@dataclass
class Company:
    """A company whose people log in at its identity provider, an application, and the operator's commands."""

    env: dict[str, str]
    server: Serving
    peer: SamlPeer
    client_id: str

    def authme(self, *words: str, exit_code: int = 0) -> Any:
        """Run a command of the operator; return what it says."""
        done = subprocess.run(
            [AUTHME, *words, "--json"], env=os.environ | self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == exit_code, done.stderr
        return json.loads(done.stdout)

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return httpx.post(f"{self.server.url}{API}{path}", params={"clientId": self.client_id}, json=body, timeout=30)

    def begin(self, binding: str) -> dict[str, Any]:
        answer = self.post(BEGIN, {"provider": "works", "binding": binding})
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    def at_the_provider(self, binding: str = "REDIRECT") -> dict[str, str]:
        """Let the person log in there; return the form that comes back to the application."""
        begun = self.begin(binding)
        form = self.peer.log_in(begun)
        assert (form["action"], form["RelayState"]) == (ACS, begun["relayState"])
        return form

    def enter(self, form: dict[str, str]) -> dict[str, Any]:
        """Exchange the form for tokens; return their claims."""
        proved = self.post(EXCHANGE, shown(form))
        assert proved.status_code == 200, proved.text
        tokens = self.post(RENEW, {"renewAppToken": proved.json()["renewAppToken"]})
        assert tokens.status_code == 200, tokens.text
        return claims(tokens.json()["accessToken"])

    def tell_the_peer(self) -> None:
        """Give the provider what the server publishes."""
        published = httpx.get(f"{self.server.url}{API}/saml/works/metadata")
        assert published.status_code == 200, published.text
        self.peer.trust(published.content)


@pytest.fixture
def company(env: dict[str, str], prepare: Any, peer: SamlPeer, tmp_path: Path) -> Iterator[Company]:
    async def made(given: Given) -> str:
        return (await given.client("READ", "WRITE")).id

    client_id = prepare(made)
    (tmp_path / "metadata.xml").write_bytes(peer.metadata())
    saml = {"claims": {"document": "cpf", "email": MAIL, "name": "fullName"}, "metadataUrl": peer.metadata_url}
    (tmp_path / "settings.json").write_text(json.dumps(saml))
    with serving(env, tmp_path) as server:
        company = Company(env, server, peer, client_id)
        company.authme(
            *("provider", "create", "--alias", "works", "--name", "Works", "--acs-url", ACS, "--trusts-document"),
            *(
                "--trusts-email",
                "--metadata-file",
                str(tmp_path / "metadata.xml"),
                "--settings",
                str(tmp_path / "settings.json"),
            ),
        )
        company.tell_the_peer()
        yield company


def test_somebody_logs_in_by_every_way_that_the_provider_has(company: Company):
    assert company.authme("provider", "test", "works")["works"]
    first = company.enter(company.at_the_provider())
    assert (first["acr"], first["amr"]) == ("AUTH-BASIC", ["saml"])

    for signs in (["assertion"], ["response"], ["response", "assertion"]):
        for encrypts in (False, True):
            company.peer.behave(attributes=PERSON, signs=signs, encrypts=encrypts)
            form = company.at_the_provider("POST" if encrypts else "REDIRECT")
            assert ("EncryptedAssertion" in xml_of(form)) is encrypts
            assert company.enter(form)["sub"] == first["sub"], (signs, encrypts)
    company.peer.behave(user="joana", attributes={"cpf": ["11144477735"]})
    assert company.enter(company.at_the_provider())["sub"] != first["sub"]
    (maria,) = [one for one in company.authme("user", "list") if one["userId"] == first["sub"]]
    assert maria["name"] == "Maria da Silva"


def test_nothing_of_it_is_good_twice_or_for_anybody_else(company: Company):
    form, other = company.at_the_provider(), company.at_the_provider("POST")
    company.enter(form)

    refused_for(company.post(EXCHANGE, shown(form)), "it answers no request of this application that is open")
    altered = xml_of(other).replace("Maria da Silva", "Maria de Souza")
    assert altered != xml_of(other)
    refused_for(
        company.post(EXCHANGE, {"samlResponse": base64.b64encode(altered.encode()).decode()}),
        "what was signed has been changed",
    )
    company.peer.behave(signs=[])
    refused_for(company.post(EXCHANGE, shown(company.at_the_provider())), "signed")
    company.peer.behave()
    begun_there = company.peer.log_in_unasked(company.authme("provider", "show", "works")["saml"]["serviceEntityId"], ACS)
    refused_for(company.post(EXCHANGE, shown(begun_there)), "unsolicited")
    refused(company.post(BEGIN, {"provider": "works", "acsUrl": "https://evil.example.com/acs"}), 400, "102")
    company.enter(other)


def test_the_provider_changes_its_key(company: Company, tmp_path: Path):
    sub = company.enter(company.at_the_provider())["sub"]
    elsewhere = SamlPeer(tmp_path / "new")
    for name in ("key.pem", "certificate.pem"):
        (company.peer.folder / name).write_bytes((elsewhere.folder / name).read_bytes())

    refused_for(company.post(EXCHANGE, shown(company.at_the_provider())), "signature")

    found = company.authme("provider", "test", "works", exit_code=1)
    assert not found["works"]
    assert "METADATA_CERTIFICATES" in {one["check"] for one in found["findings"] if not one["ok"]}
    company.authme("provider", "change", "works", "--metadata-url", company.peer.metadata_url)
    assert company.authme("provider", "test", "works")["works"]
    assert company.enter(company.at_the_provider())["sub"] == sub


def test_this_server_changes_its_key(company: Company):
    sub = company.enter(company.at_the_provider())["sub"]
    company.authme("provider", "renew-key", "works")

    begun = company.begin("POST")
    assert httpx.post(begun["url"], data={"SAMLRequest": begun["samlRequest"]}, timeout=30).status_code == 400

    company.tell_the_peer()
    company.peer.behave(attributes=PERSON, encrypts=True)
    assert company.enter(company.at_the_provider("POST"))["sub"] == sub
