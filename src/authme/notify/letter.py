"""A message as mail (RFC 5322)."""

import re
import unicodedata
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.policy import SMTP, SMTPUTF8
from typing import Final

import idna

from authme.notify.texts import Written

_MS: Final = 1000
_LOCAL: Final = re.compile(r'[^\s()<>\[\]:;@\\,."]+(?:\.[^\s()<>\[\]:;@\\,."]+)*')  # RFC 5322 dot-atom, RFC 6532
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
# Lines of ASCII only, which every mail server passes on as they are.
_PLAIN: Final = SMTP.clone(cte_type="7bit")
_UTF_8: Final = Charset("utf-8")
_UTF_8.body_encoding = QP
_INTERNATIONAL: Final = SMTPUTF8.clone(cte_type="7bit")


class AddressMalformed(ValueError):
    """This is no address that mail can go to; the text does not repeat it."""


class Mailbox:
    """An address for an envelope and for headers: as typed, an internationalised domain in its ASCII form (RFC 5891)."""

    def __init__(self, address: str) -> None:
        # Somebody may type the sign at full width; it is compared, and found, as the common one.
        typed = address if "@" in address else unicodedata.normalize("NFKC", address)
        local, _, domain = typed.rpartition("@")
        try:
            # Not the form of 2003 that Python brings: it takes some domains for others.
            self._domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise AddressMalformed("the domain of the address is malformed") from error
        # Anything else has a meaning of its own to some mail server, and could bring the message to somebody else.
        if not (local.isprintable() and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(self._domain)):
            raise AddressMalformed("the address is malformed")
        self._local = local
        self.is_international = not local.isascii()
        """Whether only a server that knows SMTPUTF8 (RFC 6531) takes it."""

    @property
    def domain(self) -> str:
        """The domain in ASCII."""
        return self._domain

    def __str__(self) -> str:
        return f"{self._local}@{self._domain}"

    def named(self, name: str = "") -> Address:
        """Return it for a header, with the name to show."""
        return Address(display_name=name, username=self._local, domain=self._domain)


def letter(written: Written, *, row_id: str, made_at: int, sender: Mailbox, product: str, to: Mailbox) -> EmailMessage:
    """Return the message as mail. Made again from the same row it has the same id and date: a repetition can be told.

    A value with a line break raises ValueError: nothing that somebody typed makes a header of its own.
    """
    mail = EmailMessage(policy=_INTERNATIONAL if to.is_international or sender.is_international else _PLAIN)
    mail["Message-ID"] = f"<{row_id}@{sender.domain}>"
    mail["Date"] = datetime.fromtimestamp(made_at / _MS, UTC)
    mail["From"] = sender.named(product)
    mail["To"] = to.named()
    mail["Subject"] = written.subject
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers it
    mail["MIME-Version"] = "1.0"
    mail.make_alternative()
    for subtype, content in (("plain", written.text), ("html", written.html)):
        # A part of the older kind takes a tenth of the time, and nobody types anything into its headers.
        mail.attach(MIMEText(content, subtype, _UTF_8))  # type: ignore[arg-type]  # any message can be a part
    return mail
