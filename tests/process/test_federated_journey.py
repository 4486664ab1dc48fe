"""An administrator makes an OpenID provider known to a running server, and somebody logs in by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.given import Given, GivenClient, claims, environment
from support.openid_peer import CALLBACK, OpenIdPeer, running_openid_peer
from support.outside import wait_until
from support.serving import Serving, serving

API = "/security/iam/v1"
USERS = f"{API}/user-identities"
MARIA = "maria@example.com"


@pytest.fixture
def peer() -> Iterator[OpenIdPeer]:
    with running_openid_peer() as running:
        yield running


@pytest.fixture
def env(url: str) -> dict[str, str]:
    return environment(url, ISSUER="http://127.0.0.1:8080", DEVELOPMENT="true", VERIFY_CONTACT="true", FETCH_SECONDS="1")


class Application:
    """A program that people use, of which the server knows the client."""

    def __init__(self, server: Serving, client: GivenClient) -> None:
        self._server = server
        self._client = client

    def ask(self, path: str, body: dict[str, Any], token: str | None = None, method: str = "POST") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        params = {} if token else {"clientId": self._client.id}
        return httpx.request(method, f"{self._server.url}{path}", json=body, headers=headers, params=params, timeout=20)

    def come_back(self, peer: OpenIdPeer, alias: str) -> dict[str, str]:
        """Have somebody log in at the provider; return what is brought to the server then."""
        begun = self.ask(f"{USERS}/login-federated/authorization-request", {"provider": alias, "redirectUri": CALLBACK}).json()
        back = peer.log_in(begun["authorizationUrl"])
        given = {"provider": alias, "redirectUri": CALLBACK, "nonce": begun["nonce"], "codeVerifier": begun["codeVerifier"]}
        return given | {name: back[name] for name in ("code", "state", "iss")}

    def log_in(self, peer: OpenIdPeer, alias: str) -> httpx.Response:
        return self.ask(f"{USERS}/login-federated", self.come_back(peer, alias))


def provider_body(peer: OpenIdPeer, secret: str) -> dict[str, Any]:
    client_id = peer.clients["basic"].settings["client_id"]
    oidc = {
        "issuer": peer.issuer,
        "clientId": client_id,
        "clientSecret": secret,
        "scopes": ["openid", "email", "profile"],
        "redirectUris": [CALLBACK],
        "trustsEmail": True,
    }
    return {"alias": "bureau", "name": "Bureau", "oidc": oidc}


def test_from_the_row_to_the_outage(env: dict[str, str], prepare: Any, peer: OpenIdPeer, tmp_path: Path):
    async def made(given: Given) -> tuple[GivenClient, str, str]:
        client = await given.client()
        boss = await given.user(None, "ADMIN", "IAM_ADMIN_MAINTENANCE")
        maria = await given.user(MARIA)
        return client, await given.user_token(boss, client), maria.id

    client, boss, maria_id = prepare(made)
    secret = str(peer.clients["basic"].secret)
    with serving(env, tmp_path, "--workers", "2") as server:
        application = Application(server, client)
        kind = {"kind": "OIDC"}
        row = application.ask(f"{API}/identity-providers", provider_body(peer, "another secret") | kind, boss)
        path = f"{API}/identity-providers/{row.json()['identityProviderId']}"
        unwell = application.ask(f"{path}/test", {}, boss).json()
        refused = application.log_in(peer, "bureau")
        mended = application.ask(path, provider_body(peer, secret), boss, method="PUT")
        well = application.ask(f"{path}/test", {}, boss).json()

        logins = [application.log_in(peer, "bureau") for _ in range(4)]
        peer.new_keys()
        after_new_keys = application.log_in(peer, "bureau")

        brought = application.come_back(peer, "bureau")
        peer.stop()
        while_it_is_down = application.ask(f"{USERS}/login-federated", brought)
        peer.start()
        back_again = wait_until(lambda: again(application, peer), "the provider is not asked again", seconds=60, every=0.5)

    assert row.status_code == 201, row.text
    assert (unwell["works"], well["works"], mended.status_code) == (False, True, 200), (unwell, well, mended.text)
    assert (refused.status_code, refused.json()[0]["code"]) == (401, "207")
    assert {claims(login.json()["accessToken"])["sub"] for login in logins} == {maria_id}
    assert claims(after_new_keys.json()["accessToken"])["sub"] == maria_id
    assert (while_it_is_down.status_code, while_it_is_down.json()[0]["code"]) == (503, "902")
    assert claims(back_again.json()["accessToken"])["sub"] == maria_id
    assert secret not in (tmp_path / "server.log").read_text()


def again(application: Application, peer: OpenIdPeer) -> httpx.Response | None:
    """Log in, unless the worker that is asked still leaves the provider alone."""
    begin = {"provider": "bureau", "redirectUri": CALLBACK}
    if application.ask(f"{USERS}/login-federated/authorization-request", begin).status_code != 201:
        return None
    answer = application.log_in(peer, "bureau")
    return answer if answer.status_code == 200 else None
