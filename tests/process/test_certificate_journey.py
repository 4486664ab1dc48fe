"""Somebody logs in by a certificate at a running server, with openssl and as the operator's guide says."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from authme.kernel.clock import SystemClock
from support.api import basic
from support.authority_profiles import CNPJ, OTHER_CPF, Brasil
from support.given import Given, GivenClient, claims, environment
from support.given_certificates import CHALLENGE, LOGIN, PROVE, certificate_settings, signed
from support.revocation_server import RevocationServer, crl_of, revocation_server
from support.serving import Serving, serving

API = "/security/iam/v1"
GUIDE = Path(__file__).parents[2] / "docs/operating/digital-certificates.md"
FIRM = "5" * 24
PASSWORD = "correct horse battery"


@pytest.fixture
def authorities() -> Iterator[RevocationServer]:
    with revocation_server() as running:
        yield running


@pytest.fixture
def brasil(authorities: RevocationServer) -> Brasil:
    return Brasil.made(SystemClock(), crl=f"{authorities.url}/{{}}.crl")


@pytest.fixture
def env(url: str, brasil: Brasil, tmp_path: Path) -> dict[str, str]:
    """A server in development: the authorities of the test are on this machine."""
    settings = certificate_settings(brasil, tmp_path, certificate_revocation="hard", development="true")
    return environment(url, issuer="http://127.0.0.1:8080", **settings)


def guided(server: Serving, client: GivenClient, folder: Path) -> httpx.Response:
    """Do what the guide says a program does, word by word; return the answer."""
    for program in ("bash", "curl", "jq", "openssl", "awk"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    words = GUIDE.read_text().partition("With openssl")[2].partition("```sh\n")[2].partition("```")[0]
    env = os.environ | {"AUTHME_URL": server.url, "CLIENT_ID": client.id}
    command = ["bash", "-euo", "pipefail", "-c", words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=True)
    status = 200 if done.stdout.startswith("{") else 401
    return httpx.Response(status, text=done.stdout)


def post(server: Serving, path: str, client: GivenClient | str, body: dict[str, Any]) -> Any:
    """Post as a client, or with a bearer token."""
    sent = (
        {"headers": {"Authorization": f"Bearer {client}"}} if isinstance(client, str) else {"params": {"clientId": client.id}}
    )
    return httpx.post(f"{server.url}{API}{path}", json=body, timeout=20, **sent)  # type: ignore[arg-type]  # one of the two


def test_from_the_guide_to_a_company_that_is_left(
    env: dict[str, str], prepare: Any, brasil: Brasil, authorities: RevocationServer, tmp_path: Path
):
    async def made(given: Given) -> tuple[GivenClient, str]:
        client = await given.client("account_lock")
        await given.business(id=FIRM, document=CNPJ)
        await given.user("jose.pereira", password=PASSWORD, document=OTHER_CPF, is_document_vouched=True, business_id=FIRM)
        return client, await given.client_token(client)

    client, service = prepare(made)
    maria, jose, firm = brasil.person(), brasil.person(OTHER_CPF), brasil.company(cpf=OTHER_CPF, key="P-256")
    stolen = brasil.person(key="P-384")
    maria.write(tmp_path, "maria")
    for authority in (brasil.root, brasil.first):
        authorities.put(f"/{authority.label}.crl", crl_of(authority))
    authorities.put("/issuing.crl", crl_of(brasil.issuing, stolen.certificate))
    with serving(env, tmp_path, "--workers", "2") as server:

        def asked(by: GivenClient | str = client) -> dict[str, Any]:
            found: dict[str, Any] = post(server, CHALLENGE, by, {}).json()
            return found

        first = guided(server, client, tmp_path)
        again = post(server, LOGIN, client, signed(maria, asked()))
        revoked = post(server, LOGIN, client, signed(stolen, asked(), "ES384"))
        replayed = json.loads((tmp_path / "login.json").read_text())
        replay = post(server, LOGIN, client, replayed)
        acting = post(server, LOGIN, client, signed(firm, asked(), "ES256"))
        password = httpx.post(
            f"{server.url}{API}/user-identities/login",
            params={"clientId": client.id},
            headers={"Authorization": basic("jose.pereira", PASSWORD)},
            timeout=20,
        ).json()["accessToken"]
        raised = post(server, PROVE, password, signed(jose, asked(password)))
        maria_id = claims(again.json()["accessToken"])["sub"]
        locked = post(server, "/user-identities/lock", service, {"userId": maria_id})
        after = post(server, LOGIN, client, signed(maria, asked()))

    assert first.status_code == 200, first.text
    assert claims(first.json()["accessToken"])["sub"] == maria_id
    assert (revoked.status_code, revoked.json()[0]["code"]) == (401, "207")
    assert "revoked" in revoked.text
    assert (replay.status_code, replay.json()[0]["code"]) == (400, "502")
    said = claims(acting.json()["accessToken"])
    assert said["business_id"] == FIRM
    assert {"ROLE_BUSINESS", "ROLE_BUSINESSUSER"} <= set(said["authorities"])
    assert claims(raised.json()["accessToken"])["acr"] == "AUTH-MFA"
    assert claims(raised.json()["accessToken"])["sub"] == said["sub"]
    assert locked.status_code == 204
    assert (after.status_code, after.json()[0]["code"]) == (401, "205")
    assert OTHER_CPF not in server.log.read_text()
