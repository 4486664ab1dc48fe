"""Messages as mail."""

import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from authme.notify.letter import AddressMalformed, Mailbox, letter
from authme.notify.texts import Written
from support.two_engines import NOON

WRITTEN = Written(subject="Seu código de acesso", short="", text="Olá, é o código.\n", html="<p>Olá, é o código.</p>")


def made(*, to: str = "maria@example.com", product: str = "Conta Exemplo") -> tuple[bytes, EmailMessage]:
    mail = letter(
        WRITTEN, row_id="0" * 24, made_at=NOON, sender=Mailbox("accounts@example.com"), product=product, to=Mailbox(to)
    )
    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return mail.as_bytes(), read


def test_it_is_a_text_and_a_page_with_all_that_a_mail_has_to_have():
    raw, read = made()

    assert read["From"] == "Conta Exemplo <accounts@example.com>"
    assert read["To"] == "maria@example.com"
    assert read["Subject"] == "Seu código de acesso"
    assert read["Message-ID"] == f"<{'0' * 24}@example.com>"
    assert read["Date"].datetime == datetime.fromtimestamp(NOON / 1000, UTC)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in read.iter_parts()] == [WRITTEN.text.strip(), WRITTEN.html]
    assert [part.get_content_charset() for part in read.iter_parts()] == ["utf-8", "utf-8"]
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_mailbox_beyond_ascii_stands_as_it_is():
    _, read = made(to="josé@example.com")

    assert read["To"] == "josé@example.com"


@pytest.mark.parametrize("product", ["Conta Ação", 'A "quoted" name', "A, B <eve@evil.example>", "Conta @ Exemplo"])
def test_the_name_of_the_sender_is_only_a_name(product: str):
    _, read = made(product=product)

    (sender,) = read["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (product, "accounts@example.com")


@pytest.mark.parametrize("text", ["a\r\nBcc: eve@evil.example", "a\nb", "a\rb"])
def test_a_line_break_makes_no_header(text: str):
    with pytest.raises(ValueError, match=r"line|CR|character"):
        made(product=text)


@pytest.mark.parametrize(
    ("typed", "envelope"),
    [
        ("Maria.Silva+a@Example.com", "Maria.Silva+a@Example.com"),
        ("maria@ação.example", "maria@xn--ao-siap.example"),
        ("maria@straße.example", "maria@xn--strae-oqa.example"),
        ("maria＠example.com", "maria@example.com"),  # noqa: RUF001  # the case
    ],
)
def test_an_address_is_as_typed_and_its_domain_in_ascii(typed: str, envelope: str):
    assert str(Mailbox(typed)) == envelope


@pytest.mark.parametrize("typed", ["", "maria", "@example.com", "maria@", ".maria@example.com", "ma..ria@example.com"])
def test_what_is_no_address_is_refused_and_not_repeated(typed: str):
    with pytest.raises(AddressMalformed) as caught:
        Mailbox(typed)

    assert not typed or typed not in str(caught.value)
