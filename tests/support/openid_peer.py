"""A real OpenID provider for tests: npm's oidc-provider on this machine, which nobody here wrote."""

import contextlib
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, RSAKey

from authme.crypto.secrets import new_secret

PEERS = Path(__file__).parents[1] / "peers"
CALLBACK = "https://app.example.com/callback"
CPF = "52998224725"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "maria": {"email": "maria@example.com", "email_verified": True, "name": "Maria Silva", "cpf": CPF, "groups": ["staff"]},
    "joao": {"email": "joao@example.com", "email_verified": False, "name": "João Souza"},
}


@dataclass(frozen=True)
class PeerClient:
    """This server as the peer knows it, and the settings that say the same here."""

    registered: dict[str, Any]
    settings: dict[str, Any]
    secret: str | None


def _client(client_id: str, way: str, secret: str | None, *, key_id: str | None = None, **more: Any) -> PeerClient:
    registered = {
        "client_id": client_id,
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": way,
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        **more,
    }
    settings = {
        "client_id": client_id,
        "client_authentication": way,
        "redirect_uris": (CALLBACK,),
        "key_id": key_id,
        "scopes": ("openid", "email", "profile", "groups", "document"),
    }
    return PeerClient(registered, settings, secret)


def _with_key(client_id: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, alg: str) -> PeerClient:
    made = ECKey.import_key(key) if isinstance(key, ec.EllipticCurvePrivateKey) else RSAKey.import_key(key)
    jwk = made.as_dict(private=False) | {"kid": client_id, "use": "sig", "alg": alg}
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    more = {"jwks": {"keys": [jwk]}, "token_endpoint_auth_signing_alg": alg}
    return _client(client_id, "private_key_jwt", pem, key_id=client_id, **more)


def new_clients() -> dict[str, PeerClient]:
    """Return a client for each way in which one proves to be itself, with secrets of this run."""
    # What has to be escaped, or comes out as something else (RFC 6749 section 2.3.1).
    odd, plain = f"{new_secret()}:%+ &=~", new_secret()
    return {
        "basic": _client("a basic:client", "client_secret_basic", odd, client_secret=odd),
        "post": _client("post", "client_secret_post", odd, client_secret=odd, id_token_signed_response_alg="ES256"),
        "public": _client("public", "none", None, id_token_signed_response_alg="EdDSA"),
        "es256": _with_key("es256", ec.generate_private_key(ec.SECP256R1()), "ES256"),
        "rs256": _with_key("rs256", rsa.generate_private_key(65537, 2048), "RS256"),
        "native": _client(
            "native",
            "none",
            None,
            grant_types=["implicit"],
            response_types=["id_token"],
            id_token_signed_response_alg="ES512",
        ),
        "wrong": _client("wrong", "client_secret_basic", "not its secret", client_secret=plain),
    }


class OpenIdPeer:
    """The process. Times are the machine's, so that a server that is tested with it has to have them too."""

    def __init__(self, **settings: Any) -> None:
        self.clients = new_clients()
        self._settings = {
            "accounts": ACCOUNTS,
            "clients": [one.registered for one in self.clients.values()],
            **settings,
        }
        self._port: int | None = None
        self._process: subprocess.Popen[str] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it; return when it listens. One that was stopped listens at the same port again."""
        settings = json.dumps(self._settings | {"port": self._port or 0})
        words = ["node", PEERS / "openid_provider.mjs", settings]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("listening "):
                self._port = int(line.split()[1])
                return
        raise AssertionError("the OpenID provider did not start")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            assert process.stdout is not None
            process.stdout.close()

    def freeze(self) -> None:
        """Let it take connections, as the machine does for it, and never answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def new_keys(self) -> None:
        """Let it sign with other keys, and publish these alone."""
        httpx.post(f"{self.issuer}/control/keys").raise_for_status()

    def accounts(self, **accounts: dict[str, Any]) -> None:
        """Let it have these accounts, and no others."""
        httpx.post(f"{self.issuer}/control/accounts", json=accounts).raise_for_status()

    def settings(self, client: str = "basic", **more: Any) -> dict[str, Any]:
        """Return what `given.oidc_provider` needs to know of it."""
        chosen = self.clients[client]
        return {"issuer": self.issuer, "secret": chosen.secret, "alias": f"peer-{client}", **chosen.settings, **more}

    def log_in(self, authorization_url: str, account: str = "maria") -> dict[str, str]:
        """Follow the URL as a browser with a person before it would; return what comes back to the application."""
        with httpx.Client(timeout=10) as browser:
            answer = browser.get(authorization_url)
            while answer.is_redirect:
                where = answer.headers["location"]
                if where.startswith(CALLBACK):
                    parts = urlsplit(where)
                    return dict(parse_qsl(parts.query or parts.fragment))
                answer = browser.get(httpx.URL(authorization_url).join(where))
                if not answer.is_redirect and "<form" in answer.text:
                    answer = browser.post(answer.url, data={"account": account})
        raise AssertionError(f"it does not come back to the application: {answer.status_code} {answer.text[:500]}")


@contextlib.contextmanager
def running_openid_peer(**settings: Any) -> Iterator[OpenIdPeer]:
    """Run one; skip where it cannot be run."""
    if shutil.which("node") is None or not (PEERS / "node_modules" / "oidc-provider").exists():
        pytest.skip("npm's oidc-provider is not installed")
    peer = OpenIdPeer(**settings)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()


@pytest.fixture(scope="session")
def openid_peer() -> Iterator[OpenIdPeer]:
    with running_openid_peer() as peer:
        yield peer
