"""Values of the names that ICP-Brasil keeps in SubjectAltName (DOC-ICP-04 item 7.1.2.3)."""

import re
from collections.abc import Mapping
from typing import Final

from cryptography import x509

from authme.certificates.model import NotAccepted
from authme.certificates.reading import Link
from authme.users import names
from authme.users.names import Name, NameMalformed

ARC: Final = "2.16.76.1.3"
PERSON: Final = f"{ARC}.1"
RESPONSIBLE_NAME: Final = f"{ARC}.2"
COMPANY: Final = f"{ARC}.3"
RESPONSIBLE: Final = f"{ARC}.4"
THINGS: Final = (f"{ARC}.8", f"{ARC}.10", f"{ARC}.12")
"""Only equipment and applications have them: their operator's company, and numbers of theirs (items c to e)."""
_OF_US: Final = (PERSON, RESPONSIBLE_NAME, COMPANY, RESPONSIBLE, *THINGS)
_OCTETS, _PRINTABLE, _UTF8 = 0x04, 0x13, 0x0C
# Birth date 8, CPF 11, NIS 11, RG 15, who issued the RG up to 10: nothing, if there is no RG (item 7.1.2.4 c).
_DATA: Final = re.compile(r"[0-9]{8}(?P<cpf>[0-9]{11})[ -~]{26,36}")


def find_values(leaf: Link) -> dict[str, bytes]:
    """Return the values that matter here, in DER, by their kinds; raise NotAccepted when there are two of one kind."""
    found: dict[str, bytes] = {}
    alternative = leaf.find(x509.SubjectAlternativeName)
    for name in alternative.get_values_for_type(x509.OtherName) if alternative else ():
        kind = name.type_id.dotted_string
        if kind not in _OF_US:
            continue
        if kind in found:
            raise NotAccepted(f"the certificate has two names of the kind {kind}")
        found[kind] = name.value
    return found


def find_cpf(values: Mapping[str, bytes], kind: str) -> Name | None:
    """Return the CPF in a person's data (.3.1 or .3.4); raise NotAccepted when they are malformed or its digits wrong."""
    if kind not in values:
        return None
    data = _DATA.fullmatch(_text(values[kind], kind))
    if data is None:
        raise NotAccepted(f"the certificate's name of the kind {kind} does not hold a person's data")
    return cpf(data["cpf"])


def find_cnpj(values: Mapping[str, bytes]) -> Name | None:
    """Return the company's CNPJ (.3.3); raise NotAccepted when it is malformed or its digits wrong."""
    return cnpj(_text(values[COMPANY], COMPANY)) if COMPANY in values else None


def find_name(values: Mapping[str, bytes]) -> str | None:
    """Return what the responsible person is called (.3.2), if it can be read."""
    try:
        return _text(values[RESPONSIBLE_NAME], RESPONSIBLE_NAME)
    except (KeyError, NotAccepted):
        return None


def cpf(text: str) -> Name:
    """Return the CPF; raise NotAccepted."""
    try:
        return names.cpf(text)
    except NameMalformed as error:
        raise NotAccepted("the certificate's CPF is none: its check digits are wrong") from error


def cnpj(text: str) -> Name:
    """Return the CNPJ; raise NotAccepted."""
    try:
        return names.cnpj(text)
    except NameMalformed as error:
        raise NotAccepted("the certificate's CNPJ is none: its check digits are wrong") from error


def _text(der: bytes, kind: str) -> str:
    """Return the text of one OCTET STRING, PrintableString or UTF8String (ITU-T X.690: shortest length, nothing behind it)."""
    tag, content = _content(der)
    try:
        if tag in {_OCTETS, _PRINTABLE}:
            return content.decode("ascii")
        if tag == _UTF8:
            return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotAccepted(f"the certificate's name of the kind {kind} is no text") from error
    raise NotAccepted(f"the certificate's name of the kind {kind} is malformed")


def _content(der: bytes) -> tuple[int, bytes]:
    # Lengths of up to 127 are one byte; longer ones, of names only, are 0x81 and one byte.
    head = 3 if der[1:2] == b"\x81" else 2
    is_long = head > 2  # noqa: PLR2004  # as just said
    if len(der) < head or (is_long and der[2] <= 0x7F) or (not is_long and der[1] > 0x7F) or len(der) - head != der[head - 1]:  # noqa: PLR2004  # ITU-T X.690 section 8.1.3: 127 is the largest length of one byte
        return -1, b""
    return der[0], der[head:]
