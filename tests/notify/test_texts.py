"""What messages say."""

import re
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from authme.challenges.model import Purpose
from authme.kernel.http.language import LANGUAGES, Language
from authme.notify.send import VALUES, Message
from authme.notify.texts import Order, Written, write
from authme.notify.words import in_short, in_words, one_line
from support.two_engines import NOON

SAMPLE: dict[str, str | int] = {
    "code": "012345", "minutes": 10, "purpose": "MFA", "factor": "TOTP", "contact": "EMAIL", "device": "Maria's phone",
    "account": "FEDERATED", "provider": "Example Accounts of Maria",
}  # fmt: skip
MESSAGES = get_args(Message)
# Of these nothing is sent: what answers them is no code.
NO_CODES = {"HAND_OVER", "CERTIFICATE", "FEDERATED", "SAML", "RENEW_APP"}
PURPOSES = [purpose for purpose in get_args(Purpose) if purpose not in NO_CODES]
every_message = pytest.mark.parametrize("message", MESSAGES)
every_language = pytest.mark.parametrize("language", LANGUAGES)
VOID = {"meta", "br", "hr", "img", "input", "link"}


def written(message: Message, language: Language, *, product: str = "Example Accounts", **values: str | int) -> Written:
    given = {name: SAMPLE[name] for name in VALUES[message]} | values
    return write(Order("x", message, language, NOON, given), product=product)


class Tags(HTMLParser):
    """The elements and attributes of a page, and whether each that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_message_says_what_it_has_to_be_given():
    assert VALUES.keys() == set(MESSAGES)


@every_message
@every_language
def test_every_message_is_there_in_every_language_and_form(message: Message, language: Language):
    found = written(message, language)

    assert 5 <= len(found.subject) <= 78
    assert "\n" not in found.subject + found.short
    assert len(found.short) <= 160
    assert found.short.startswith("Example Accounts: ")
    assert found.text.count("\n\n") >= 2
    assert max(map(len, found.text.splitlines())) <= 78
    assert "Example Accounts" in found.text
    assert found.text.replace("\n", "").isprintable()


@every_message
@every_language
def test_the_page_says_the_same_as_the_text(message: Message, language: Language):
    found = written(message, language)

    tags = Tags(found.html)
    for paragraph in found.text.strip().split("\n\n"):
        assert " ".join(paragraph.split()) in tags.text
    assert tags.open == []


@every_message
@every_language
def test_the_page_is_plain_and_accessible_and_leads_nowhere(message: Message, language: Language):
    found = written(message, language)

    tags = Tags(found.html)
    assert {tag for tag, _ in tags.found} <= {"html", "head", "meta", "title", "body", "main", "h1", "p"}
    assert {"pt": "pt-BR", "en": "en"}[language] == dict(tags.found)["html"]["lang"]
    assert not re.search(r"://|www\.|href|src=|url\(|@", found.html + found.text + found.short)


@every_language
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_code_stands_alone_and_says_what_for_how_long_and_that_it_is_a_secret(language: Language, purpose: str):
    found = written("code", language, purpose=purpose, minutes=7)

    assert "\n\n012345\n\n" in found.text
    assert "012345" in found.short
    assert "012345" in Tags(found.html).text
    assert "012345" not in found.subject
    assert "7 min" in found.text
    assert "7 min" in found.short
    assert {"pt": "Não informe este código a ninguém", "en": "Never pass this code on to anyone"}[language] in found.text


@every_language
def test_each_purpose_of_a_code_is_told_apart(language: Language):
    subjects = {written("code", language, purpose=purpose).subject for purpose in PURPOSES}

    assert len(subjects) == len(PURPOSES)


@pytest.mark.parametrize("message", [one for one in MESSAGES if one != "code"])
@every_language
def test_a_notice_says_when_and_what_to_do_if_it_was_not_you(message: Message, language: Language):
    found = written(message, language)

    assert in_words(NOON, language) in " ".join(found.text.split())
    assert in_short(NOON, language) in found.short
    assert re.search({"pt": r"não foi você|não sabe", "en": r"was not you|do not know|did not ask"}[language], found.text)
    assert not re.search(r"\d{6}", found.text)


@pytest.mark.parametrize("factor", ["EMAIL", "MOBILE", "TOTP", "PASSKEY", "RECOVERY_CODES"])
@every_language
def test_every_factor_has_a_name(language: Language, factor: str):
    assert factor not in written("factor_added", language, factor=factor).text


@pytest.mark.parametrize("account", ["CERTIFICATE", "FEDERATED", "SAML"])
@every_language
def test_every_linked_account_has_a_name_and_says_whose_it_is_if_it_is_anybodys(language: Language, account: str):
    of_nobody = written("account_linked", language, account=account, provider="")
    of_a_provider = written("account_linked", language, account=account, provider="A Bureau")

    for found in (of_nobody, of_a_provider, written("account_unlinked", language, account=account)):
        assert account not in found.text + found.short
        assert "()" not in found.text + found.short
    assert "A Bureau" in " ".join(of_a_provider.text.split())
    assert "A Bureau" in of_a_provider.short


@pytest.mark.parametrize("message", ["factor_added", "contact_changed", "device_associated", "code"])
def test_a_value_that_is_missing_is_a_defect_and_no_gap_in_the_text(message: Message):
    with pytest.raises(Exception, match="undefined"):
        write(Order("x", message, "pt", NOON, {}), product="A")


class TestTypedValues:
    def test_they_are_escaped_on_the_page_and_as_they_are_in_the_text(self):
        found = written("device_associated", "en", device="<b>Maria's</b> & co", product="A & <i>B</i>")

        assert "<b>" not in found.html
        assert "<i>" not in found.html
        assert Tags(found.html).text.count("<b>Maria's</ b> & co") == 1
        assert "<b>Maria's</ b> & co" in found.text
        assert "A & <i>B</i>" in found.text

    def test_they_are_one_line_and_cut(self):
        found = written("device_associated", "en", device="first line\r\n\r\nBcc: eve\u2028third\x00" + "x" * 500)

        assert "first line Bcc: eve third x" in " ".join(found.text.split())
        assert "x" * 60 not in found.text.replace("\n", "")
        assert len(found.short) <= 160

    @pytest.mark.parametrize(
        "typed",
        [
            "https://evil.example/a", "evil.example", "www.evil.example", "mailto:eve@evil.example", "HTTP://1.2.3.4/a",
            "eve@evil.example", "//evil.example", "a.b.c",
        ],
    )  # fmt: skip
    def test_nothing_in_them_looks_like_a_link(self, typed: str):
        shown = one_line(typed)

        assert not re.search(r"://|[.@:/][A-Za-z]", shown), shown

    def test_ordinary_names_stay_as_they_are(self):
        for name in ("Maria's phone", "iPhone 15.1", "Galaxy S24 (trabalho)", "Celular do João", "PC-01"):
            assert one_line(name) == name


@pytest.mark.parametrize(
    ("at_ms", "language", "words", "short"),
    [
        (NOON, "pt", "24 de novembro de 2025, 16h00 (UTC)", "24/11/2025 16:00 UTC"),
        (NOON, "en", "24 November 2025, 16:00 (UTC)", "24 Nov 2025 16:00 UTC"),
        (1_772_323_260_000, "pt", "1º de março de 2026, 00h01 (UTC)", "01/03/2026 00:01 UTC"),
    ],
)
def test_times_are_in_words(at_ms: int, language: Language, words: str, short: str):
    assert (in_words(at_ms, language), in_short(at_ms, language)) == (words, short)
