"""A real mail server for tests, with a certificate made for the run."""

import base64
import email
import email.policy
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from support.outside import Outside, wait_until

SENDER = "accounts@example.com"
_CODE = re.compile(r"^\d{6}$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """A message as the server took it."""

    sender: str
    recipients: list[str]
    options: list[str]
    is_encrypted: bool
    login: str | None
    client: list[Any]
    hello: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        found = email.message_from_bytes(self.content, policy=email.policy.SMTPUTF8)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def code(self) -> str:
        """The code, which stands in a line of its own."""
        (code,) = _CODE.findall(self.text.replace("\r", ""))
        return str(code)

    def _part(self, kind: Literal["plain", "html"]) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


class MailServer(Outside):
    """A mail server: `with MailServer(folder) as mail`. `names` are those that its certificate is for."""

    program = "mail_program.py"

    def __init__(
        self,
        folder: Path,
        *,
        tls: Literal["starttls", "implicit", "none"] = "starttls",
        names: Sequence[str] = ("localhost", "127.0.0.1"),
        login: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(folder)
        self.tls = tls
        self._login = login
        self.ca_file = folder / "ca.pem"
        make_certificates(folder, names)

    def settings(self) -> dict[str, object]:
        """Return the settings of a server that sends its mail here, for `environment(…)`."""
        found: dict[str, object] = {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_tls": self.tls,
            "smtp_ca_file": self.ca_file,
            "mail_from": SENDER,
        }
        if self._login is not None:
            found |= {"smtp_username": self._login[0], "smtp_password": self._login[1]}
        return found

    def messages(self, to: str | None = None) -> list[Mail]:
        """Return what it took, for this recipient or for all, the oldest first."""
        return [one for one in map(_read, self.files()) if to is None or to in one.recipients]

    def wait_for(self, to: str | None = None, *, count: int = 1, seconds: float = 10) -> list[Mail]:
        """Return the messages once there are so many."""

        def enough() -> list[Mail] | None:
            found = self.messages(to) if self.count() >= count else []
            return found if len(found) >= count else None

        return wait_until(enough, f"no {count} messages for {to}", seconds=seconds) or []

    def code_for(self, to: str, *, count: int = 1, seconds: float = 10) -> str:
        """Return the code in the newest message for this recipient, once there are so many messages for them."""
        return self.wait_for(to, count=count, seconds=seconds)[-1].code

    def _options(self) -> Sequence[str]:
        return (self.tls, *(self._login or ()))


def _read(file: Path) -> Mail:
    found = json.loads(file.read_text())
    return Mail(**found | {"content": base64.b64decode(found["content"])})


def make_certificates(folder: Path, names: Sequence[str]) -> None:
    """Make an authority (`ca.pem`) and a server's certificate of it (`certificate.pem`, `key.pem`)."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
    ca = _certificate(ca_name, ca_name, ca_key, ca_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    certificate = _certificate(ca_name, x509.Name([]), ca_key, key).add_extension(
        x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=True
    )
    (folder / "ca.pem").write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "certificate.pem").write_bytes(certificate.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certificate(
    issuer: x509.Name, subject: x509.Name, issuer_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
