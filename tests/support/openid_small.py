"""A small OpenID provider for tests that signs whatever it is told to, also what no provider would."""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authme.kernel.clock import Clock, SystemClock

CLIENT_ID = "authme"
CALLBACK = "https://app.example.com/callback"
NONCE = "a nonce of the application"
VERIFIER = "v" * 43
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
_BYTES = {"ES256": 32, "ES384": 48, "ES512": 66}
_RSA: list[rsa.RSAPrivateKey] = []


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key(alg: str) -> PrivateKey:
    """Return a key of the algorithm; of RSA the same for all of a run, since to make one takes long."""
    if alg in _CURVES:
        return ec.generate_private_key(_CURVES[alg])
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if not _RSA:
        _RSA.append(rsa.generate_private_key(65537, 2048))
    return _RSA[0]


def public_jwk(key: PrivateKey, kid: str | None, **more: Any) -> dict[str, Any]:
    """Return the public key as providers publish it."""
    kind = RSAKey if isinstance(key, rsa.RSAPrivateKey) else OKPKey if isinstance(key, ed25519.Ed25519PrivateKey) else ECKey
    jwk: dict[str, Any] = dict(kind.import_key(key.public_key()).as_dict(private=False))  # type: ignore[arg-type]  # of its kind
    jwk.pop("kid", None)
    return jwk | ({"kid": kid} if kid is not None else {}) | more


def signature(alg: str, key: PrivateKey | bytes, message: bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, message, f"sha{alg[-3:]}")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    digest = _HASHES[alg[-3:]]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
        length = (key.key_size + 7) // 8
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if alg.startswith("PS") else padding.PKCS1v15()
    return key.sign(message, scheme, digest)


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def at_hash(access_token: str, bits: int = 256) -> str:
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    return encode(digest[: len(digest) // 2])


@dataclass
class Answer:
    """What a path answers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        body = self.body() if callable(self.body) else self.body
        return body if isinstance(body, bytes) else json.dumps(body).encode()


class SmallProvider:
    """It listens while it is open, always at the same port. `answers` are by path, and whatever a test puts there instead."""

    def __init__(self, clock: Clock | None = None, *, alg: str = "ES256") -> None:
        self.clock: Clock = clock or SystemClock()
        self.alg = alg
        self.kid = "first"
        self.key = new_key(alg)
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._may_answer = threading.Event()
        self._may_answer.set()
        self.open()
        self.answers = {
            "/.well-known/openid-configuration": Answer(self.document()),
            "/keys": Answer({"keys": [public_jwk(self.key, self.kid)]}),
            "/token": Answer({"error": "invalid_grant"}, 400),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def document(self, **changed: Any) -> dict[str, Any]:
        """Return its discovery document, otherwise, or without the members that are None."""
        members = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return {name: value for name, value in (members | changed).items() if value is not None}

    def publish(self, *keys: dict[str, Any]) -> None:
        self.answers["/keys"] = Answer({"keys": list(keys)})

    def rotate(self, kid: str) -> None:
        """Sign with a new key, and publish that one alone."""
        self.kid, self.key = kid, new_key(self.alg)
        self.publish(public_jwk(self.key, kid))

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return the claims of an ID token that is in order, otherwise, or without those that are None."""
        now = self.clock.now()
        members = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "maria", "nonce": NONCE, "iat": now, "exp": now + 300}
        return {name: value for name, value in (members | changed).items() if value is not None}

    def id_token(self, *, header: dict[str, Any] | None = None, key: PrivateKey | bytes | None = None, **claims: Any) -> str:
        """Return an ID token of these claims."""
        return self.signed(json.dumps(self.claims(**claims)).encode(), header=header, key=key)

    def signed(self, payload: bytes, *, header: dict[str, Any] | None = None, key: PrivateKey | bytes | None = None) -> str:
        members = {"alg": self.alg, "kid": self.kid, "typ": "JWT"} | (header or {})
        first = json.dumps({name: value for name, value in members.items() if value is not None}).encode()
        message = f"{encode(first)}.{encode(payload)}"
        if members["alg"] == "none":
            return f"{message}."
        return f"{message}.{encode(signature(members['alg'], key or self.key, message.encode()))}"

    def gives(self, id_token: str | None = None, **more: Any) -> None:
        """Let the token endpoint answer this to whatever code."""
        self.answers["/token"] = Answer({"id_token": id_token or self.id_token(), "token_type": "Bearer", **more})

    def gives_each(self, make: Callable[[int], str]) -> None:
        """Let the token endpoint give another ID token to each who asks."""
        self.answers["/token"] = Answer(lambda: {"id_token": make(self.asked["/token"]), "token_type": "Bearer"})

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return what `given.oidc_provider` needs to know of it."""
        return {"issuer": self.issuer, "client_id": CLIENT_ID, "alias": "small", "redirect_uris": (CALLBACK,), **more}

    def open(self) -> None:
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def wait_until_it_may_answer(self) -> None:
        self._may_answer.wait(30)

    def hang(self) -> None:
        """Take connections from now on, and answer none of them as long as the provider is open."""
        self._may_answer.clear()

    def close(self) -> None:
        self._may_answer.set()
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    provider: SmallProvider

    def do_GET(self) -> None:  # the library's name
        self._answer()

    def do_POST(self) -> None:  # the library's name
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.provider.forms.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        self._answer()

    def _answer(self) -> None:
        self.provider.wait_until_it_may_answer()
        path = urlsplit(self.path).path
        self.provider.asked[path] += 1
        self.provider.headers.append({name.lower(): value for name, value in self.headers.items()})
        found = self.provider.answers.get(path, Answer({"error": "no such path"}, 404))
        body = found.bytes()
        self.send_response(found.status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | found.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's signature
        pass
