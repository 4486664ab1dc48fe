"""Certificates of people and companies as ICP-Brasil makes them: until Resolution 211 of 2024, and since."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from authme.kernel.clock import Clock
from support.authority import Authority, Draft, Issued, distinguished, pem, root
from support.authority_keys import Kind, key_of

Profile = Literal["old", "new"]
Text = Literal["OCTET STRING", "PrintableString", "UTF8String"]

A1, A3, A4, SE_S, SE_H = (f"2.16.76.1.2.{kind}.99" for kind in (1, 3, 4, 201, 202))
PRACTICES = "2.16.76.1.1.99"
"""What ICP-Brasil's authorities that certify authorities only have for a policy: their statement of practices."""
CPF = "52998224725"
OTHER_CPF = "11144477735"
CNPJ = "11222333000181"
OTHER_CNPJ = "11444777000161"
PERSON, RESPONSIBLE_NAME, COMPANY, RESPONSIBLE, BUSINESS_NAME = (
    x509.ObjectIdentifier(f"2.16.76.1.3.{kind}") for kind in (1, 2, 3, 4, 8)
)
_TAGS = {"OCTET STRING": 0x04, "PrintableString": 0x13, "UTF8String": 0x0C}
_YEAR = timedelta(days=365)


def other_name(identifier: x509.ObjectIdentifier, text: str, kind: Text = "OCTET STRING") -> x509.OtherName:
    """Return a name whose value is this text (under 128 bytes), as DOC-ICP-04 item 7.1.2.4 lets it be written."""
    value = text.encode()
    assert len(value) < 0x80
    return x509.OtherName(identifier, bytes([_TAGS[kind], len(value)]) + value)


def data_of(cpf: str, *, issuer: str = "SSPSP") -> str:
    """Return a person's data as .3.1 and .3.4 hold them: birth date 8, CPF 11, NIS 11, RG 15, who issued it up to 10."""
    return f"01011980{cpf}{'0' * 11}{'000000012345678' if issuer else '0' * 15}{issuer}"


def person(
    clock: Clock, cpf: str = CPF, *, name: str = "MARIA DA SILVA", profile: Profile = "old", policy: str = A3,
    text: Text = "OCTET STRING", key: Kind = "RSA-2048",
) -> Draft:  # fmt: skip
    """Return the draft of a personal certificate."""
    subject = distinguished(name, (NameOID.SERIAL_NUMBER, cpf)) if profile == "new" else distinguished(f"{name}:{cpf}")
    names: tuple[x509.GeneralName, ...] = (x509.RFC822Name("maria@example.com.br"),)
    if profile == "old":
        names += (
            other_name(PERSON, data_of(cpf), text),
            other_name(x509.ObjectIdentifier("2.16.76.1.3.5"), "0" * 19, text),
            other_name(x509.ObjectIdentifier("2.16.76.1.3.6"), "0" * 12, text),
        )
    return _draft(clock, subject, names, policy, key)


def company(
    clock: Clock, cnpj: str = CNPJ, cpf: str = CPF, *, name: str = "PADARIA LTDA", responsible: str = "MARIA DA SILVA",
    profile: Profile = "old", policy: str = A1, text: Text = "OCTET STRING", key: Kind = "RSA-2048",
) -> Draft:  # fmt: skip
    """Return the draft of a company's certificate, with who is responsible for it."""
    subject = distinguished(name, (NameOID.SERIAL_NUMBER, cnpj)) if profile == "new" else distinguished(f"{name}:{cnpj}")
    names = (
        x509.RFC822Name("padaria@example.com.br"),
        other_name(RESPONSIBLE, data_of(cpf), text),
        other_name(RESPONSIBLE_NAME, responsible, text),
        other_name(COMPANY, cnpj, text),
        other_name(x509.ObjectIdentifier("2.16.76.1.3.7"), "0" * 12, text),
    )
    return _draft(clock, subject, names, policy, key)


def seal(clock: Clock, cnpj: str = CNPJ, *, policy: str = SE_S, key: Kind = "RSA-2048") -> Draft:
    """Return the draft of a company's electronic seal: its CNPJ, and nobody responsible."""
    subject = distinguished("PADARIA LTDA", (NameOID.SERIAL_NUMBER, cnpj))
    return _draft(clock, subject, (x509.RFC822Name("padaria@example.com.br"),), policy, key)


def _draft(clock: Clock, subject: x509.Name, names: tuple[x509.GeneralName, ...], policy: str, key: Kind) -> Draft:
    now = datetime.fromtimestamp(clock.now(), UTC)
    return Draft(
        subject=subject, key=key_of(key, "holder"), names=names, policies=(policy,),
        not_before=now - _YEAR / 2, not_after=now + _YEAR / 2,
    )  # fmt: skip


@dataclass(frozen=True)
class Brasil:
    """A root, an authority below it, and one below that, which certifies people and companies."""

    clock: Clock
    root: Authority
    first: Authority
    issuing: Authority

    @classmethod
    def made(cls, clock: Clock, *, crl: str | None = None, ocsp: str | None = None) -> "Brasil":
        """Make all three; in `crl` and `ocsp`, `{}` stands for who issued what carries the URL: root, first, issuing."""

        def urls(label: str) -> dict[str, tuple[str, ...]]:
            return {kind: (url.format(label),) if url else () for kind, url in (("crl", crl), ("ocsp", ocsp))}

        top = root("root", clock, **urls("root"))
        first = top.authority("first", policies=(PRACTICES,), **urls("first"))
        return cls(
            clock,
            top,
            first,
            first.authority("issuing", constraints=x509.BasicConstraints(ca=True, path_length=0), **urls("issuing")),
        )

    def person(self, cpf: str = CPF, *, changes: dict[str, Any] | None = None, **of_person: Any) -> Issued:
        """Certify a person; `of_person` as in `person`, `changes` are details of the certificate."""
        return self.issuing.issue(person(self.clock, cpf, **of_person), **(changes or {}))

    def company(self, cnpj: str = CNPJ, cpf: str = CPF, *, changes: dict[str, Any] | None = None, **of_company: Any) -> Issued:
        """Certify a company and its responsible person."""
        return self.issuing.issue(company(self.clock, cnpj, cpf, **of_company), **(changes or {}))

    def company_draft(self) -> Draft:
        """Return the draft of a company's certificate, to be changed."""
        return company(self.clock)

    def seal(self, cnpj: str = CNPJ, *, changes: dict[str, Any] | None = None, **of_seal: Any) -> Issued:
        """Certify a company's electronic seal."""
        return self.issuing.issue(seal(self.clock, cnpj, **of_seal), **(changes or {}))

    def write_roots(self, folder: Path) -> Path:
        """Write the folder that AUTHME_CERTIFICATE_ROOTS names: the root."""
        folder.mkdir(exist_ok=True)
        (folder / "root.pem").write_bytes(pem(self.root.certificate))
        return folder
