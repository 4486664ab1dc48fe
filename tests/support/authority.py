"""An authority of the tests' own: a root, those below it, and what they certify. Every detail can be made wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from authme.kernel.clock import Clock
from support.authority_keys import PrivateKey, key_of, sign

_YEAR = timedelta(days=365)
_RSA_SHA256, _RSA_SHA1 = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
OF_AUTHORITIES = ("key_cert_sign", "crl_sign")
OF_PEOPLE = ("digital_signature", "content_commitment", "key_encipherment")
POLICIES = tuple(f"2.16.76.1.2.{kind}.99" for kind in (1, 3, 4, 201, 202))
"""What the tests' authorities certify: A1, A3, A4, SE-S, SE-H, under a number that is nobody's."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A certificate that is still to be signed; `replace` makes a wrong one of a right one."""

    subject: x509.Name
    key: PrivateKey
    not_before: datetime
    not_after: datetime
    uses: tuple[str, ...] | None = OF_PEOPLE
    purposes: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    policies: tuple[str, ...] | None = ("2.16.76.1.2.3.99",)
    constraints: x509.BasicConstraints | None = field(default_factory=lambda: x509.BasicConstraints(ca=False, path_length=None))
    names: tuple[x509.GeneralName, ...] = ()
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    """Further extensions, and whether each is critical."""
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    pss: bool = False
    serial: int | None = None


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate, its key, and the certificates of those above it, without the root."""

    certificate: x509.Certificate
    key: PrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def chain(self) -> list[bytes]:
        """DER, leaf first: what a caller sends."""
        return [one.public_bytes(Encoding.DER) for one in (self.certificate, *self.above)]

    def sign(self, algorithm: str, data: bytes) -> bytes:
        """Sign as the person's software does."""
        return sign(self.key, algorithm, data)

    def write(self, folder: Path, name: str = "person") -> tuple[Path, Path]:
        """Return the files of the certificate with its chain, and of its key (PEM)."""
        files = folder / f"{name}.crt", folder / f"{name}.key"
        files[0].write_bytes(pem(self.certificate, *self.above))
        files[1].write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who signs: a root, or one below it. `crl` and `ocsp` are the URLs that stand in what it issues."""

    label: str
    certificate: x509.Certificate
    key: PrivateKey
    clock: Clock
    above: tuple[x509.Certificate, ...] = ()
    is_root: bool = False
    crl: tuple[str, ...] = ()
    ocsp: tuple[str, ...] = ()

    def issue(self, draft: Draft, **changes: Any) -> Issued:
        """Sign the draft, with these of its details changed."""
        draft = replace(draft, **({"crl_urls": self.crl, "ocsp_urls": self.ocsp} | changes))
        certificate = signed(draft, issuer=self.certificate.subject, by=self.key)
        return Issued(certificate=certificate, key=draft.key, above=() if self.is_root else (self.certificate, *self.above))

    def authority(self, label: str, *, crl: Sequence[str] = (), ocsp: Sequence[str] = (), **changes: Any) -> "Authority":
        """Certify an authority below this one. Its URLs are those of what it issues."""
        issued = self.issue(authority_draft(label, self.clock), **changes)
        return Authority(
            label=label, certificate=issued.certificate, key=issued.key, clock=self.clock, above=issued.above,
            crl=tuple(crl), ocsp=tuple(ocsp),
        )  # fmt: skip


def root(label: str, clock: Clock, *, crl: Sequence[str] = (), ocsp: Sequence[str] = (), **changes: Any) -> Authority:
    """Return an authority that certifies itself."""
    draft = replace(authority_draft(label, clock), **({"policies": None} | changes))
    return Authority(
        label=label, certificate=signed(draft, issuer=draft.subject, by=draft.key), key=draft.key, clock=clock, is_root=True,
        crl=tuple(crl), ocsp=tuple(ocsp),
    )  # fmt: skip


def authority_draft(label: str, clock: Clock) -> Draft:
    """Return the draft of an authority's certificate."""
    now = datetime.fromtimestamp(clock.now(), UTC)
    return Draft(
        subject=distinguished(label),
        key=key_of("RSA-2048", label),
        not_before=now - 2 * _YEAR,
        not_after=now + 8 * _YEAR,
        uses=OF_AUTHORITIES,
        purposes=None,
        policies=POLICIES,
        constraints=x509.BasicConstraints(ca=True, path_length=None),
    )


def distinguished(common_name: str, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """Return a name as ICP-Brasil's begin."""
    parts = ((NameOID.COUNTRY_NAME, "BR"), (NameOID.ORGANIZATION_NAME, "ICP-Brasil"), (NameOID.COMMON_NAME, common_name), *more)
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def pem(*certificates: x509.Certificate) -> bytes:
    """Return the certificates as one PEM file."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def signed(draft: Draft, *, issuer: x509.Name, by: PrivateKey) -> x509.Certificate:
    """Sign the draft."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(draft.subject)
        .issuer_name(issuer)
        .public_key(draft.key.public_key())
        .serial_number(draft.serial or x509.random_serial_number())
        .not_valid_before(draft.not_before)
        .not_valid_after(draft.not_after)
    )
    for extension, critical in _extensions(draft, by):
        builder = builder.add_extension(extension, critical)
    if "ed25519" in type(by).__name__.lower():
        return builder.sign(by, None)
    if isinstance(draft.digest, hashes.SHA1):
        return _signed_with_sha1(builder, by)
    scheme = padding.PSS(padding.MGF1(draft.digest), draft.digest.digest_size) if draft.pss else None
    return builder.sign(by, draft.digest, rsa_padding=scheme)


def _signed_with_sha1(builder: x509.CertificateBuilder, by: PrivateKey) -> x509.Certificate:
    # The library does not sign by it any more: the algorithm is changed afterwards, and what says so is signed anew.
    by_sha256 = builder.sign(by, hashes.SHA256())
    changed = by_sha256.tbs_certificate_bytes.replace(_RSA_SHA256, _RSA_SHA1)
    der = by_sha256.public_bytes(Encoding.DER).replace(_RSA_SHA256, _RSA_SHA1)
    return x509.load_der_x509_certificate(der[: -len(by_sha256.signature)] + sign(by, "RS1", changed))


def _extensions(draft: Draft, by: PrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    ]
    is_authority = draft.constraints is not None and draft.constraints.ca
    if draft.constraints is not None:
        found.append((draft.constraints, is_authority))
    if is_authority:
        found.append((x509.SubjectKeyIdentifier.from_public_key(draft.key.public_key()), False))
    if draft.uses is not None:
        found.append((x509.KeyUsage(**{use: use in draft.uses for use in _USES}), True))
    if draft.purposes is not None:
        found.append((x509.ExtendedKeyUsage(draft.purposes), False))
    if draft.policies is not None:
        found.append((policies(*draft.policies), False))
    if draft.names:
        found.append((x509.SubjectAlternativeName(draft.names), False))
    if draft.crl_urls:
        places = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in draft.crl_urls]
        found.append((x509.CRLDistributionPoints(places), False))
    if draft.ocsp_urls:
        urls = [x509.UniformResourceIdentifier(url) for url in draft.ocsp_urls]
        found.append(
            (
                x509.AuthorityInformationAccess(
                    [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url) for url in urls]
                ),
                False,
            )
        )
    return [*found, *draft.more]


def policies(*identifiers: str) -> x509.CertificatePolicies:
    """Return the extension that names these policies."""
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in identifiers])


def reissued(certificate: x509.Certificate, key: PrivateKey) -> bytes:
    """Return the certificate's DER with a signature that somebody else made: the right names, the wrong hand."""
    other = sign(key, "RS256", certificate.tbs_certificate_bytes)
    der = certificate.public_bytes(Encoding.DER)
    assert len(other) == len(certificate.signature)
    return der[: -len(other)] + other
