"""The names by which a user is recognised: their forms, and the key under which each is compared."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from authme.legacy.logon import read_logon

NameType = Literal["EMAIL", "MOBILE", "CPF", "CNPJ", "LOGON", "USERNAME", "FEDERATED", "CERTIFICATE", "SAML"]

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.]+(?:\.[^@\s\x00-\x1f\x7f.]+)+")
_LOGON_ELSEWHERE = re.compile(r"[0-9]{8}")
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,63}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_PUNCTUATION = re.compile(r"[.\-/ ()+]")
_CPF_AS_WRITTEN = re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}")
_CNPJ_AS_WRITTEN = re.compile(r"[0-9A-Za-z]{2}(\.[0-9A-Za-z]{3}){2}/[0-9A-Za-z]{4}-[0-9]{2}")
_CPF_DIGITS = 11
_CNPJ_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_COUNTRY = "55"
_LONGEST = 254


class NameMalformed(ValueError):
    """A name does not have the form of its type; the text says what is expected."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name. Two names are the same when type and key are."""

    type: NameType
    value: str
    key: str

    @property
    def is_unmistakable(self) -> bool:
        """Whether it is compared as it is written, but for capitals.

        Of an address that is not, whoever reads its mail has not shown to read that of its key: the domains `faß.de` and
        `fass.de` are compared as one, and have two owners.
        """
        return unicodedata.normalize("NFKC", self.value) == self.value and self.value.lower() == self.key


def email(text: str) -> Name:
    """Return the e-mail address, kept as typed, compared by NFKC and without regard to case."""
    value = text.strip()
    key = unicodedata.normalize("NFKC", value).casefold()
    if len(value) > _LONGEST or not _EMAIL.fullmatch(key):
        raise NameMalformed("an e-mail address is expected")
    return Name("EMAIL", value, key)


def mobile(text: str) -> Name:
    """Return the mobile number as digits with country code; without one it is a Brazilian number (ITU-T E.164)."""
    digits = _PUNCTUATION.sub("", text)
    # Written as a document is written, it is one with a wrong digit, and nobody's telephone.
    is_document = _CPF_AS_WRITTEN.fullmatch(text.strip()) or _CNPJ_AS_WRITTEN.fullmatch(text.strip())
    if is_document or not (digits.isascii() and digits.isdecimal()):
        raise NameMalformed("a mobile number in digits is expected")
    if len(digits) in {10, 11} and not text.strip().startswith("+"):
        digits = _COUNTRY + digits
    if not 10 <= len(digits) <= 15:  # noqa: PLR2004  # E.164 allows 15 digits; no country has mobiles under 8
        raise NameMalformed("a mobile number with area code is expected")
    return Name("MOBILE", digits, digits)


def cpf(text: str) -> Name:
    """Return the CPF, bare, its two check digits verified (modulus 11)."""
    digits = _PUNCTUATION.sub("", text)
    if not (len(digits) == _CPF_DIGITS and digits.isascii() and digits.isdecimal() and len(set(digits)) > 1):
        raise NameMalformed("a CPF of 11 digits is expected")
    for length in (9, 10):
        total = sum(int(digit) * (length + 1 - position) for position, digit in enumerate(digits[:length]))
        if total * 10 % 11 % 10 != int(digits[length]):
            raise NameMalformed("the check digits of the CPF are wrong")
    return Name("CPF", digits, digits)


def cnpj(text: str) -> Name:
    """Return the CNPJ, bare and in capitals; alphanumeric, the value of a character being its ASCII code minus 48."""
    characters = _PUNCTUATION.sub("", text).upper()
    if not _CNPJ.fullmatch(characters) or len(set(characters)) == 1:
        raise NameMalformed("a CNPJ of 14 characters is expected")
    for length in (12, 13):
        weights = _CNPJ_WEIGHTS[-length:]
        total = sum((ord(character) - 48) * weight for character, weight in zip(characters[:length], weights, strict=True))
        remainder = total % 11
        if (0 if remainder < 2 else 11 - remainder) != int(characters[length]):  # noqa: PLR2004  # the rule of modulus 11
            raise NameMalformed("the check digits of the CNPJ are wrong")
    return Name("CNPJ", characters, characters)


def logon(text: str) -> Name:
    """Return the logon of the legacy directory, in capitals, or the one of 8 digits of another system."""
    digits = text.strip() if text.isascii() else ""
    key = read_logon(text) or (digits if _LOGON_ELSEWHERE.fullmatch(digits) else None)
    if key is None:
        raise NameMalformed("a logon of 1 to 8 characters is expected")
    return Name("LOGON", key, key)


def username(text: str) -> Name:
    """Return the user name: 3 to 64 of letters, digits, `.`, `_`, `-`, beginning with a letter.

    It cannot look like an e-mail address, number or document, so that nobody can take another's contact as a user name.
    """
    value = text.strip()
    key = unicodedata.normalize("NFKC", value).casefold()
    if not _USERNAME.fullmatch(key):
        raise NameMalformed("a user name of 3 to 64 letters, digits and ._- beginning with a letter is expected")
    return Name("USERNAME", value, key)


def certificate(holder: Name) -> Name:
    """Return the name of whoever proves this CPF by a digital certificate: the next certificate says the same."""
    return Name("CERTIFICATE", f"CPF:{holder.key}", f"CPF:{holder.key}")


def federated(issuer: str, subject: str) -> Name:
    """Return the name of an account at an OpenID provider (OpenID Connect Core section 5.7: `iss` and `sub` together)."""
    return Name("FEDERATED", f"{issuer} {subject}", f"{issuer} {subject}")


def saml(provider_id: str, entity_id: str, name_id: str) -> Name:
    """Return the name of an account at a SAML identity provider: the same text of another provider is somebody else's."""
    return Name("SAML", f"{entity_id} {name_id}", f"{provider_id} {entity_id} {name_id}")


# What is typed at a login. Names that a proof gives are among them never: their keys have a space or a colon.
_FORMS = {"EMAIL": email, "CPF": cpf, "CNPJ": cnpj, "MOBILE": mobile, "LOGON": logon, "USERNAME": username}


def of_type(name_type: str, text: str) -> Name:
    """Return `text` as a name of this type; raise NameMalformed."""
    form = _FORMS.get(name_type)
    if form is None:
        raise NameMalformed(f"one of {', '.join(_FORMS)} is expected")
    return form(text)


def logon_among(names: Iterable[Name]) -> str | None:
    """Return the first of these names that is a logon of the mainframe: one of 8 digits belongs to another system."""
    logons = (read_logon(name.key) for name in names if name.type == "LOGON")
    return next((logon for logon in logons if logon is not None), None)


def name_key(text: str) -> str:
    """Return the key under which what people are called is searched."""
    return unicodedata.normalize("NFKC", text).casefold()


def document(text: str) -> Name:
    """Return a CPF or CNPJ by its length; raise NameMalformed."""
    return cpf(text) if len(_PUNCTUATION.sub("", text)) == _CPF_DIGITS else cnpj(text)


def every_meaning(names: Sequence[Name]) -> list[Name]:
    """Return these names and every other name that their texts can mean.

    One text must never mean two users: a name is taken if it could be read as a name that somebody has.
    """
    return list({one.key: one for name in names for one in (name, *candidates(name.value))}.values())


def candidates(text: str) -> tuple[Name, ...]:
    """Return every name that `text`, typed at a login, can mean, the likeliest first; empty when it can mean none."""
    if len(text) > _LONGEST or "\0" in text:
        return ()
    found = []
    for form in _FORMS.values():
        try:
            found.append(form(text))
        except NameMalformed:
            continue
    return tuple(found)
