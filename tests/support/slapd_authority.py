"""An authority of the tests' own, and certificates by it: good ones, and bad ones of every kind."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Authority:
    """Signs certificates; `file` is what who trusts it is given."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tests' {name}")])
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._sign(self._name, self._key, [], datetime.now(UTC) + _DAY).public_bytes(Encoding.PEM))

    def certify(self, *names: str, days: int = 1) -> tuple[Path, Path]:
        """Return the files of a certificate for these hosts and addresses, valid for so many days, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._sign(subject, key, list(names), datetime.now(UTC) + days * _DAY)
        files = self._folder / f"{names[0]}.{days}.crt", self._folder / f"{names[0]}.{days}.key"
        files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, names: list[str], until: datetime) -> x509.Certificate:
        draft = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(datetime.now(UTC), until) - 2 * _DAY)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            draft = draft.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        return draft.sign(self._key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
