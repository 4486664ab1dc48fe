"""Certificates that have to be refused, each for one defect, and the clause in which it is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.authority import Authority, Issued, distinguished, reissued, root, signed
from support.authority_keys import key_of
from support.authority_profiles import (
    BUSINESS_NAME,
    CNPJ,
    COMPANY,
    CPF,
    OTHER_CNPJ,
    OTHER_CPF,
    PERSON,
    RESPONSIBLE,
    Brasil,
    data_of,
    other_name,
    person,
)

_DAY = timedelta(days=1)
_YEAR = 365 * _DAY
_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
_WRONG_CPF = "52998224724"
_WRONG_CNPJ = "11222333000182"


@dataclass(frozen=True)
class Defect:
    """What is sent, and what is said of it."""

    make: Callable[[Brasil], list[bytes]]
    clause: str


def _leaf(clause: str, **changes: Any) -> Defect:
    return Defect(lambda brasil: brasil.person(changes=changes).chain, clause)


def _of_person(clause: str, **of_person: Any) -> Defect:
    return Defect(lambda brasil: brasil.person(**of_person).chain, clause)


def _named(clause: str, *names: x509.GeneralName, serials: tuple[str, ...] = ()) -> Defect:
    subject = distinguished("MARIA DA SILVA", *((NameOID.SERIAL_NUMBER, serial) for serial in serials))
    return _leaf(clause, names=names, subject=subject)


def _issuing(clause: str, **changes: Any) -> Defect:
    return Defect(lambda brasil: _below(brasil, brasil.first.authority("issuing", **changes)).chain, clause)


def _below(brasil: Brasil, authority: Authority) -> Issued:
    return authority.issue(person(brasil.clock))


def _at(days: int) -> Callable[[Brasil], list[bytes]]:
    def make(brasil: Brasil) -> list[bytes]:
        now = brasil.issuing.certificate.not_valid_before_utc + 2 * _YEAR
        return brasil.person(changes={"not_before": now + days * _DAY - _DAY, "not_after": now + days * _DAY + _DAY}).chain

    return make


def _stranger(brasil: Brasil) -> list[bytes]:
    return _below(brasil, root("root of somebody else", brasil.clock).authority("issuing")).chain


def _namesake(brasil: Brasil) -> list[bytes]:
    # The root's name, and a key of one's own.
    false = root("root", brasil.clock, key=key_of(owner="somebody else"))
    return _below(brasil, false.authority("issuing")).chain


def _reissued(brasil: Brasil) -> list[bytes]:
    issued = brasil.person()
    return [reissued(issued.certificate, key_of(owner="somebody else")), *issued.chain[1:]]


def _reissued_above(brasil: Brasil) -> list[bytes]:
    leaf, issuing, first = brasil.person().chain
    return [leaf, reissued(x509.load_der_x509_certificate(issuing), key_of(owner="somebody else")), first]


def _by_a_person(brasil: Brasil) -> list[bytes]:
    # Whoever has a personal certificate signs another's with it.
    issued = brasil.person()
    holder = Authority(
        label="holder", certificate=issued.certificate, key=issued.key, clock=brasil.clock, above=issued.above
    )  # fmt: skip
    return holder.issue(person(brasil.clock, OTHER_CPF, name="JOAO")).chain


def _by_itself(brasil: Brasil) -> list[bytes]:
    draft = person(brasil.clock)
    return [signed(draft, issuer=draft.subject, by=draft.key).public_bytes(Encoding.DER)]


def _one_too_many(brasil: Brasil) -> list[bytes]:
    return _below(brasil, brasil.issuing.authority("lower")).chain


def _dearer_policy(brasil: Brasil) -> list[bytes]:
    authority = brasil.first.authority("issuing", policies=("2.16.76.1.2.1.99",))
    return _below(brasil, authority).chain


def _outside(constraints: x509.NameConstraints) -> dict[str, Any]:
    return {"more": ((constraints, True),)}


def _thing(brasil: Brasil) -> list[bytes]:
    draft = brasil.company_draft()
    return brasil.issuing.issue(replace(draft, names=(*draft.names, other_name(BUSINESS_NAME, "PADARIA LTDA")))).chain


_PERSON_NAME = other_name(PERSON, data_of(CPF))

DEFECTS: dict[str, Defect] = {
    "expired": Defect(_at(-30), "the certificate has expired"),
    "not yet valid": Defect(_at(30), "the certificate is not valid yet"),
    "untrusted root": Defect(_stranger, "the certificate does not lead to a trusted root"),
    "a root of the same name": Defect(_namesake, "a certificate is not signed by whom it names as its issuer"),
    "signed by another": Defect(_reissued, "a certificate is not signed by whom it names as its issuer"),
    "authority signed by another": Defect(_reissued_above, "a certificate is not signed by whom it names as its issuer"),
    "without those above it": Defect(
        lambda brasil: brasil.person().chain[:1], "the certificate does not lead to a trusted root"
    ),
    "authority that is none": Defect(_by_a_person, "a certificate above it is not an authority's"),
    "path too long": Defect(_one_too_many, "there are more authorities above the certificate than one of them allows"),
    "authority without keyCertSign": _issuing(
        "the certificate of an authority does not let it sign certificates", uses=("crl_sign",)
    ),
    "authority without keyUsage": _issuing("the certificate of an authority does not let it sign certificates", uses=None),
    "authority without basicConstraints": _issuing("a certificate above it is not an authority's", constraints=None),
    "authority for servers": _issuing(
        "the certificate of an authority does not let it certify for logins", purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)
    ),
    "authority with an unknown critical extension": _issuing(
        "the certificate of an authority has a critical extension that is not understood", more=((_UNKNOWN, True),)
    ),
    "expired authority": Defect(
        lambda brasil: _below(
            brasil,
            brasil.first.authority(
                "issuing", not_after=brasil.issuing.certificate.not_valid_before_utc + _YEAR
            ),
        ).chain,
        "the certificate of an authority has expired",
    ),
    "weak authority": _issuing(
        "the certificate of an authority has a key that is too weak, too long or of an unknown kind",
        key=key_of("RSA-1024", "issuing"),
    ),
    "authority signed with SHA-1": _issuing(
        "the certificate of an authority is signed by an algorithm weaker than SHA-256",
        digest=hashes.SHA1(),  # noqa: S303  # what has to be refused is made, too
    ),
    "without digitalSignature": _leaf("the certificate's key is not for signatures", uses=("content_commitment",)),
    "without keyUsage": _leaf("the certificate's key is not for signatures", uses=None),
    "without clientAuth": _leaf(
        "the certificate is not for logins (clientAuth)", purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)
    ),
    "any purpose instead of clientAuth": _leaf(
        "the certificate is not for logins (clientAuth)", purposes=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)
    ),
    "without purposes": _leaf("the certificate is not for logins (clientAuth)", purposes=None),
    "without policies": _leaf("the certificate has none of the accepted policies", policies=None),
    "another policy": _leaf("the certificate has none of the accepted policies", policies=("2.16.76.1.2.101.99",)),
    "a policy that only begins alike": _leaf(
        "the certificate has none of the accepted policies", policies=("2.16.76.1.2.11.99",)
    ),
    "any policy": _leaf("the certificate has none of the accepted policies", policies=("2.5.29.32.0",)),
    "a policy that its authority lacks": Defect(
        _dearer_policy, "the certificate has a policy by which its authority may not certify"
    ),
    "seal in software": Defect(
        lambda brasil: brasil.seal().chain, "the certificate is an electronic seal, which logs nobody in"
    ),
    "seal in hardware": Defect(
        lambda brasil: brasil.seal(policy="2.16.76.1.2.202.99").chain,
        "the certificate is an electronic seal, which logs nobody in",
    ),
    "a company without a responsible person": _named(
        "the certificate names a company, and nobody who is responsible", serials=(CNPJ,)
    ),
    "a responsible person without a company": _named(
        "the certificate names who is responsible, and no company", other_name(RESPONSIBLE, data_of(CPF))
    ),
    "equipment": Defect(_thing, "the certificate is of equipment or of an application"),
    "a web server": _named(
        "the certificate is of equipment or of an application", x509.DNSName("example.com.br"), serials=(CPF,)
    ),
    "wrong check digits of the CPF": _of_person(
        "the certificate's CPF is none: its check digits are wrong", cpf=_WRONG_CPF
    ),
    "wrong check digits of the CPF in the new profile": _of_person(
        "the certificate's CPF is none: its check digits are wrong", cpf=_WRONG_CPF, profile="new"
    ),
    "no CPF but zeros": _of_person("the certificate's CPF is none: its check digits are wrong", cpf="0" * 11),
    "wrong check digits of the CNPJ": Defect(
        lambda brasil: brasil.company(_WRONG_CNPJ).chain, "the certificate's CNPJ is none: its check digits are wrong"
    ),
    "CPF in the common name only": Defect(
        lambda brasil: brasil.person(changes={"names": ()}).chain,
        "the certificate has no CPF where one is expected (serialNumber, or 2.16.76.1.3.1)",
    ),
    "two alternative names of a person": _named(
        "the certificate has two names of the kind 2.16.76.1.3.1", _PERSON_NAME, other_name(PERSON, data_of(OTHER_CPF))
    ),
    "two serial numbers": _named("the certificate's subject has two serial numbers", serials=(CPF, OTHER_CPF)),
    "a serial number that is no document": _named(
        "the serial number of the certificate's subject is neither a CPF nor a CNPJ", _PERSON_NAME, serials=("12345",)
    ),
    "two persons": _named(
        "the certificate's serial number and its alternative name are not the same document",
        _PERSON_NAME,
        serials=(OTHER_CPF,),
    ),
    "two companies": _named(
        "the certificate's serial number and its alternative name are not the same document",
        other_name(COMPANY, OTHER_CNPJ),
        other_name(RESPONSIBLE, data_of(CPF)),
        serials=(CNPJ,),
    ),
    "a person and a company": _named(
        "the certificate speaks for a person and for a company", _PERSON_NAME, other_name(COMPANY, CNPJ)
    ),
    "a person's serial number in a company's": _named(
        "the certificate speaks for a person and for a company",
        other_name(COMPANY, CNPJ),
        other_name(RESPONSIBLE, data_of(CPF)),
        serials=(CPF,),
    ),
    "a person's data cut short": _named(
        "the certificate's name of the kind 2.16.76.1.3.1 does not hold a person's data",
        other_name(PERSON, data_of(CPF)[:44]),
    ),
    "a name that is a number": _named(
        "the certificate's name of the kind 2.16.76.1.3.1 is malformed",
        x509.OtherName(PERSON, b"\x02\x01\x07"),
    ),
    "unknown critical extension": _leaf(
        "the certificate has a critical extension that is not understood", more=((_UNKNOWN, True),)
    ),
    "name outside what its authority may certify": _issuing(
        "an authority above the certificate may not certify one of its names",
        **_outside(x509.NameConstraints([x509.RFC822Name("example.org")], None)),
    ),
    "name that its authority may not certify": _issuing(
        "an authority above the certificate may not certify one of its names",
        **_outside(x509.NameConstraints(None, [x509.DirectoryName(x509.Name(list(distinguished("X"))[:2]))])),
    ),
    "constraints that are not understood": _issuing(
        "an authority above the certificate constrains names of a form that is not understood",
        **_outside(x509.NameConstraints(None, [x509.OtherName(PERSON, b"\x04\x00")])),
    ),
    "RSA of 1024 bits": _of_person(
        "the certificate has a key that is too weak, too long or of an unknown kind", key="RSA-1024"
    ),
    "a curve of 224 bits": _of_person(
        "the certificate has a key that is too weak, too long or of an unknown kind", key="P-224"
    ),
    "Ed25519": _of_person(
        "the certificate has a key that is too weak, too long or of an unknown kind", key="Ed25519"
    ),
    "SHA-1": _leaf(
        "the certificate is signed by an algorithm weaker than SHA-256",
        digest=hashes.SHA1(),  # noqa: S303  # what has to be refused is made, too
    ),
    "an authority as a person": Defect(
        lambda brasil: brasil.person(changes={"constraints": x509.BasicConstraints(ca=True, path_length=None)}).chain,
        "the certificate is an authority's",
    ),
    "the root itself": Defect(
        lambda brasil: [brasil.root.certificate.public_bytes(Encoding.DER)], "the certificate is an authority's"
    ),
    "signed by itself": Defect(_by_itself, "the certificate is signed by itself"),
    "nothing": Defect(lambda _brasil: [], "1 to 10 certificates are expected"),
    "too many": Defect(
        lambda brasil: brasil.person().chain + [brasil.root.certificate.public_bytes(Encoding.DER)] * 8,
        "1 to 10 certificates are expected",
    ),
    "too large": Defect(lambda _brasil: [bytes(16 * 1024 + 1)], "a certificate has more than 16 KiB"),
    "no certificate": Defect(lambda _brasil: [b"\x30\x03\x02\x01\x01"], "a certificate is malformed, or of an unknown kind"),
    "something behind it": Defect(
        lambda brasil: [brasil.person().chain[0] + b"\x00", *brasil.person().chain[1:]],
        "a certificate is malformed, or of an unknown kind",
    ),
}  # fmt: skip
