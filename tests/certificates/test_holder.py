"""Who a certificate speaks for, and what is shown of them."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from authme.certificates import other_names
from authme.certificates.holder import read_holder
from authme.certificates.model import Holder, NotAccepted
from authme.certificates.other_names import COMPANY, PERSON, RESPONSIBLE, RESPONSIBLE_NAME
from authme.certificates.reading import link
from support.authority import distinguished
from support.authority_profiles import CNPJ, CPF, OTHER_CPF, Brasil, Text, company, data_of, other_name, person
from support.authority_profiles import COMPANY as COMPANY_OID
from support.authority_profiles import PERSON as PERSON_OID
from support.authority_profiles import RESPONSIBLE as RESPONSIBLE_OID
from support.authority_profiles import RESPONSIBLE_NAME as RESPONSIBLE_NAME_OID


def holder_of(brasil: Brasil, *names: x509.GeneralName, subject: x509.Name | None = None) -> Holder:
    changed = {"names": names, "subject": subject or distinguished("MARIA DA SILVA")}
    return read_holder(link(brasil.issuing.issue(person(brasil.clock), **changed).certificate))


@pytest.mark.parametrize("text", ["OCTET STRING", "PrintableString", "UTF8String"])
@pytest.mark.parametrize("issuer", ["", "SSPSP", "SSP", "SESPBARJ"])
def test_the_cpf_stands_behind_the_birth_date(brasil: Brasil, text: Text, issuer: str):
    assert holder_of(brasil, other_name(PERSON_OID, data_of(CPF, issuer=issuer), text)).cpf.key == CPF


def test_both_profiles_in_one_certificate_agree(brasil: Brasil):
    both = holder_of(brasil, other_name(PERSON_OID, data_of(CPF)), subject=distinguished("MARIA", (NameOID.SERIAL_NUMBER, CPF)))

    assert both == holder_of(brasil, subject=distinguished("MARIA", (NameOID.SERIAL_NUMBER, CPF)))


@pytest.mark.parametrize("serial", ["529.982.247-25", "TINBR-52998224725", " 52998224725", "52998224725 ", "12abc34501de35"])
def test_a_serial_number_is_written_bare(brasil: Brasil, serial: str):
    with pytest.raises(NotAccepted, match="neither a CPF nor a CNPJ"):
        holder_of(brasil, subject=distinguished("MARIA", (NameOID.SERIAL_NUMBER, serial)))


@pytest.mark.parametrize(
    ("common_name", "shown"),
    [
        (f"MARIA DA SILVA:{CPF}", "MARIA DA SILVA"),
        (f"PADARIA LTDA:{CNPJ}", "PADARIA LTDA"),
        ("MARIA DA SILVA", "MARIA DA SILVA"),
        (f":{CPF}", None),
        ("MARIA\nDA SILVA", None),
        ("\u202eMARIA", None),
    ],
)
def test_the_common_name_is_shown_without_the_document(brasil: Brasil, common_name: str, shown: str | None):
    holder = holder_of(brasil, other_name(PERSON_OID, data_of(OTHER_CPF)), subject=distinguished(common_name))

    assert (holder.cpf.key, holder.name) == (OTHER_CPF, shown)


def test_of_two_common_names_none_is_shown(brasil: Brasil):
    subject = distinguished("MARIA", (NameOID.COMMON_NAME, "JOAO"))

    assert holder_of(brasil, other_name(PERSON_OID, data_of(CPF)), subject=subject).name is None


def test_a_responsible_persons_name_that_cannot_be_read_is_left_out(brasil: Brasil):
    names = (
        other_name(COMPANY_OID, CNPJ),
        other_name(RESPONSIBLE_OID, data_of(CPF)),
        x509.OtherName(RESPONSIBLE_NAME_OID, b"\x04\x02\xc3\x28"),
    )

    assert holder_of(brasil, *names).name is None


def test_names_of_other_kinds_do_not_matter(brasil: Brasil):
    other = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x05maria")

    assert holder_of(brasil, other, other, other_name(PERSON_OID, data_of(CPF))).cpf.key == CPF


def test_a_company_without_its_own_name_is_the_one_of_the_serial_number(brasil: Brasil):
    draft = company(brasil.clock, profile="new")
    names = tuple(name for name in draft.names if not (isinstance(name, x509.OtherName) and name.type_id == COMPANY_OID))

    holder = read_holder(link(brasil.issuing.issue(draft, names=names).certificate))

    assert holder.cnpj is not None
    assert (holder.cnpj.key, holder.cpf.key) == (CNPJ, CPF)


@pytest.mark.parametrize("length", [44, 56])
def test_a_persons_data_have_their_length(length: int):
    data = data_of(CPF).ljust(length, "X")[:length].encode()
    with pytest.raises(NotAccepted, match="does not hold a person's data"):
        other_names.find_cpf({PERSON: bytes([0x04, len(data)]) + data}, PERSON)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x04",
        b"\x04\x0e",
        b"\x04\x0d" + CNPJ.encode(),
        b"\x04\x0f" + CNPJ.encode(),
        b"\x04\x0e" + CNPJ.encode() + b"\x00",
        b"\x04\x81\x0e" + CNPJ.encode(),
        b"\x04\x80" + CNPJ.encode() + b"\x00\x00",
        b"\x04\x82\x00\x0e" + CNPJ.encode(),
        b"\x24\x10\x04\x0e" + CNPJ.encode(),
        b"\x16\x0e" + CNPJ.encode(),
        b"\x04\x0e" + b"\xff" * 14,
        b"\x0c\x0e" + b"\xff" * 14,
    ],
)
def test_a_value_that_is_not_der_of_a_text_is_refused(der: bytes):
    with pytest.raises(NotAccepted):
        other_names.find_cnpj({COMPANY: der})


def test_a_long_name_is_read_if_its_length_is_written_as_it_should_be():
    text = "A" * 0x80
    assert other_names.find_name({RESPONSIBLE_NAME: b"\x13\x80" + text.encode()}) is None
    assert other_names.find_name({RESPONSIBLE_NAME: b"\x13\x81\x80" + text.encode()}) == text


@given(st.binary(max_size=140))
def test_no_value_makes_it_stumble(der: bytes):
    for read in (
        lambda: other_names.find_cpf({PERSON: der}, PERSON),
        lambda: other_names.find_cpf({RESPONSIBLE: der}, RESPONSIBLE),
        lambda: other_names.find_cnpj({COMPANY: der}),
        lambda: other_names.find_name({RESPONSIBLE_NAME: der}),
    ):
        try:
            read()
        except NotAccepted:
            continue


@given(st.sampled_from([0x04, 0x13, 0x0C]), st.text(max_size=60))
def test_whatever_is_read_is_a_cpf(tag: int, text: str):
    value = text.encode()[:0x7F]
    try:
        found = other_names.find_cpf({PERSON: bytes([tag, len(value)]) + value}, PERSON)
    except NotAccepted:
        return
    assert found is not None
    assert found.key == text[8:19]
