"""Who a certificate speaks for: until Resolution 211 of 2024 in SubjectAltName, since in the subject's serialNumber.

Its common name is shown, and decides nothing.
"""

import re
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from authme.certificates import other_names
from authme.certificates.model import Holder, NotAccepted
from authme.certificates.other_names import PERSON, RESPONSIBLE, THINGS
from authme.certificates.reading import Link
from authme.users.names import Name

_CPF: Final = re.compile(r"[0-9]{11}")
_CNPJ: Final = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_DOCUMENT_BEHIND: Final = re.compile(r":[0-9A-Z]{11,14}$")
_LONGEST_NAME: Final = 128


def read_holder(leaf: Link) -> Holder:
    """Return whom the certificate speaks for; raise NotAccepted when it is nobody, a thing, or not one and the same."""
    values = other_names.find_values(leaf)
    _check_is_no_thing(leaf, values)
    number = _serial_number(leaf)
    person, responsible = (other_names.find_cpf(values, kind) for kind in (PERSON, RESPONSIBLE))
    company = other_names.find_cnpj(values)
    of_company = company or responsible or (number if number and number.type == "CNPJ" else None)
    if of_company is None:
        cpf = _one(number, person)
        if cpf is None:
            raise NotAccepted("the certificate has no CPF where one is expected (serialNumber, or 2.16.76.1.3.1)")
        return Holder(cpf=cpf, cnpj=None, name=_common_name(leaf))
    if person is not None or (number is not None and number.type == "CPF"):
        raise NotAccepted("the certificate speaks for a person and for a company")
    cnpj = _one(number, company)
    if cnpj is None:
        raise NotAccepted("the certificate names who is responsible, and no company")
    if responsible is None:
        raise NotAccepted("the certificate names a company, and nobody who is responsible")
    return Holder(cpf=responsible, cnpj=cnpj, name=_shown(other_names.find_name(values)))


def _check_is_no_thing(leaf: Link, values: dict[str, bytes]) -> None:
    # Whoever runs a server has its key: with the data of a responsible person in it, it would log that person in.
    alternative = leaf.find(x509.SubjectAlternativeName)
    hosts = alternative.get_values_for_type(x509.DNSName) if alternative else []
    if hosts or any(kind in values for kind in THINGS):
        raise NotAccepted("the certificate is of equipment or of an application")


def _serial_number(leaf: Link) -> Name | None:
    found = leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    if not found:
        return None
    if len(found) > 1:
        raise NotAccepted("the certificate's subject has two serial numbers")
    text = found[0].value
    if not isinstance(text, str) or not (_CPF.fullmatch(text) or _CNPJ.fullmatch(text)):
        raise NotAccepted("the serial number of the certificate's subject is neither a CPF nor a CNPJ")
    return other_names.cpf(text) if _CPF.fullmatch(text) else other_names.cnpj(text)


def _one(number: Name | None, alternative: Name | None) -> Name | None:
    if number is not None and alternative is not None and number.key != alternative.key:
        raise NotAccepted("the certificate's serial number and its alternative name are not the same document")
    return number or alternative


def _common_name(leaf: Link) -> str | None:
    found = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _shown(str(found[0].value)) if len(found) == 1 else None


def _shown(text: str | None) -> str | None:
    name = _DOCUMENT_BEHIND.sub("", text).strip() if text else ""
    return name if name and name.isprintable() and len(name) <= _LONGEST_NAME else None
