import pytest
from hypothesis import given
from hypothesis import strategies as st

from authme.legacy.logon import LOGON, read_logon
from authme.users import names
from authme.users.names import NameMalformed

BLANKS = " \t\n\u2003\u3000\u00a0"


def test_an_email_is_kept_as_typed_and_compared_without_case_and_width():
    name = names.email("  Maria.Silva@Example.COM ")

    assert name.value == "Maria.Silva@Example.COM"
    assert name.key == names.email("maria.silva@\uff45xample.com").key


@pytest.mark.parametrize(
    "text", ["maria", "maria@", "@example.com", "a b@example.com", "maria@example", "maria@ex\x00ample.com", "a@b@c.com"]
)
def test_what_is_no_email_is_refused(text: str):
    with pytest.raises(NameMalformed):
        names.email(text)


def test_a_cpf_is_taken_with_and_without_punctuation():
    assert names.cpf("529.982.247-25").value == names.cpf("52998224725").value == "52998224725"


@pytest.mark.parametrize("text", ["52998224724", "11111111111", "5299822472", "٥٢٩٩٨٢٢٤٧٢٥"])
def test_a_cpf_with_wrong_check_digits_or_form_is_refused(text: str):
    with pytest.raises(NameMalformed):
        names.cpf(text)


@pytest.mark.parametrize("text", ["12ABC34501DE35", "12.ABC.345/01DE-35", "12abc34501de35", "11.222.333/0001-81"])
def test_a_cnpj_may_be_alphanumeric(text: str):
    assert len(names.cnpj(text).value) == 14


@pytest.mark.parametrize("text", ["12ABC34501DE36", "11222333000182", "00000000000000"])
def test_a_cnpj_with_wrong_check_digits_is_refused(text: str):
    with pytest.raises(NameMalformed):
        names.cnpj(text)


def test_a_mobile_without_country_is_brazilian():
    assert names.mobile("(11) 98765-4321").key == names.mobile("+55 11 98765 4321").key == "5511987654321"


def test_a_user_name_cannot_look_like_anything_else():
    for text in ("maria@example.com", "11987654321", "529.982.247-25", "1maria", "ma"):
        with pytest.raises(NameMalformed):
            names.username(text)


def test_an_eight_digit_logon_is_a_logon():
    assert ("LOGON", "12345678") in {(name.type, name.key) for name in names.candidates("12345678")}


@given(st.from_regex(LOGON, fullmatch=True), st.text(BLANKS, max_size=3), st.sampled_from([1, 254, 255]))
def test_a_logon_is_a_name_in_the_very_spellings_in_which_the_directory_is_asked_for_it(logon: str, blanks: str, length: int):
    typed = f"{blanks}{logon}".ljust(length)

    meant = [name.key for name in names.candidates(typed)[:1] if name.type == "LOGON"]

    assert meant == [one for one in [read_logon(typed)] if one is not None]


@pytest.mark.parametrize("text", ["MARIA01".ljust(255), "MARIA01\u2003", "\u30001234567", "12345678\u3000", "1234567", ""])
def test_what_no_directory_is_asked_for_is_no_logon(text: str):
    with pytest.raises(NameMalformed):
        names.logon(text)


@given(st.text(max_size=300))
def test_whatever_is_typed_means_at_most_one_name_of_each_type(text: str):
    types = [name.type for name in names.candidates(text)]

    assert len(types) == len(set(types))
