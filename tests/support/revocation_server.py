"""The server of an authority: it publishes lists and answers OCSP questions, over loopback, and does both wrong when told."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from support.authority import Authority, Draft, Issued, distinguished
from support.authority_keys import PrivateKey, key_of

HOUR = timedelta(hours=1)
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN
Body = bytes | Callable[[bytes], bytes]


@dataclass
class Published:
    """What stands under a path."""

    body: Body
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class RevocationServer:
    """Publishes bodies under paths, and counts who asks."""

    def __init__(self) -> None:
        self.published: dict[str, Published] = {}
        self.asked: Counter[str] = Counter()
        self.questions: list[tuple[str, bytes]] = []
        """Content type and body of each POST."""
        self.open = threading.Event()
        """While it is not set, nobody is answered."""
        self.open.set()
        self.hang = threading.Event()
        """What a body may wait for that hangs; set at the end."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def put(self, path: str, body: Body, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> str:
        """Publish this; return its URL."""
        self.published[path] = Published(body, status, tuple(headers))
        return self.url + path

    def run(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        self.open.set()
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def revocation_server() -> Iterator[RevocationServer]:
    """Run a server; stop it at the end."""
    server = RevocationServer()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def crl_of(authority: Authority, *revoked: x509.Certificate | x509.RevokedCertificate, **changes: Any) -> bytes:
    """Return the authority's list (DER), with what is to be other: `key`, `issuer`, `begins`, `ends`, `scope`, `more` …"""
    now = datetime.fromtimestamp(authority.clock.now(), UTC)
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=changes.get("issuer", authority.certificate.subject),
        last_update=now + changes.get("begins", -HOUR),
        next_update=now + changes.get("ends", HOUR),
    )
    entries = [entry(one, now) if isinstance(one, x509.Certificate) else one for one in revoked]
    builder._revoked_certificates = entries  # noqa: SLF001  # the builder copies all of them for each one that is added
    if changes.get("scope") is not None:
        builder = builder.add_extension(scope(**changes["scope"]), critical=True)
    for extension, critical in changes.get("more", ()):
        builder = builder.add_extension(extension, critical)
    digest = changes.get("digest", hashes.SHA256())
    key: PrivateKey = changes.get("key", authority.key)
    pss = padding.PSS(padding.MGF1(digest), digest.digest_size) if changes.get("pss") else None
    made = builder.sign(key, None if "ed25519" in type(key).__name__.lower() else digest, rsa_padding=pss)
    return made.public_bytes(Encoding.DER)


def entry(certificate: x509.Certificate, at: datetime, *more: tuple[x509.ExtensionType, bool]) -> x509.RevokedCertificate:
    """Return a list's entry about this certificate."""
    builder = x509.RevokedCertificateBuilder(certificate.serial_number, at)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    return builder.build()


def scope(**given: Any) -> x509.IssuingDistributionPoint:
    """Return what a list says that it is for."""
    names = [x509.UniformResourceIdentifier(url) for url in given.pop("urls", ())] or None
    nothing: dict[str, Any] = {
        "full_name": names,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(nothing | given))


def ocsp_of(authority: Authority, certificate: x509.Certificate, status: Any = GOOD, **changes: Any) -> bytes:
    """Return the authority's answer (DER), with what is to be other: `by`, `issuer`, `begins`, `ends`, `digest`, `more` …"""
    now = datetime.fromtimestamp(authority.clock.now(), UTC)
    by: Issued | None = changes.get("by")
    signer = by.certificate if by else authority.certificate
    ends = changes.get("ends", HOUR)
    is_revoked = status is REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate,
            changes.get("issuer", authority.certificate),
            changes.get("names", hashes.SHA1()),  # noqa: S303  # as responders name certificates
            status,
            now + changes.get("begins", -HOUR),
            None if ends is None else now + ends,
            now - HOUR if is_revoked else None,
            x509.ReasonFlags.key_compromise if is_revoked else None,
        )
        .responder_id(changes.get("encoding", ocsp.OCSPResponderEncoding.HASH), signer)
    )
    if by:
        builder = builder.certificates([by.certificate])
    for extension, critical in changes.get("more", ()):
        builder = builder.add_extension(extension, critical)
    made = builder.sign(by.key if by else authority.key, changes.get("digest", hashes.SHA256()))
    return made.public_bytes(Encoding.DER)


def spoilt(der: bytes) -> bytes:
    """Return an answer with a signature that nobody made."""
    at = der.index(ocsp.load_der_ocsp_response(der).signature) + 20
    return der[:at] + bytes((der[at] ^ 1,)) + der[at + 1 :]


def by_sha1(der: bytes) -> bytes:
    """Return what RSA with SHA-256 signed, as if it were with SHA-1."""
    algorithm = bytes.fromhex("2a864886f70d0101")
    return der.replace(algorithm + b"\x0b", algorithm + b"\x05")


def refusing(status: ocsp.OCSPResponseStatus) -> bytes:
    """Return an answer that is none."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


def responder(authority: Authority, **changes: Any) -> Issued:
    """Return whom the authority lets answer OCSP questions."""
    now = datetime.fromtimestamp(authority.clock.now(), UTC)
    draft = Draft(
        subject=distinguished("Responder"),
        key=key_of("P-256", "responder"),
        not_before=now - HOUR,
        not_after=now + 24 * HOUR,
        uses=("digital_signature",),
        purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,),
        policies=None,
        more=((x509.OCSPNoCheck(), False),),
    )
    return authority.issue(draft, **({"crl_urls": (), "ocsp_urls": ()} | changes))


def _handler(server: RevocationServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            server.questions.append((self.headers["Content-Type"], question))
            self._answer(question)

        def _answer(self, question: bytes) -> None:
            server.asked[self.path] += 1
            server.open.wait(30)
            found = server.published.get(self.path, Published(b"", 404))
            body = found.body if isinstance(found.body, bytes) else found.body(question)
            try:
                self.send_response(found.status)
                for name, value in found.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                # Whoever asked did not wait.
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nothing is to be read of it."""

    return Handler
