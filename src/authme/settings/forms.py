"""The forms of settings: each makes a value from text, and raises ValueError with what is expected."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authme.crypto.sealing import MasterKey
from authme.settings.template import fill

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2


def between(low: int, high: int) -> Callable[[str], int]:
    """Whole numbers within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
            raise ValueError(f"a number from {low} to {high} is expected")
        return int(text)

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)} is expected")
        return text

    return read


def flag(text: str) -> bool:
    """Return true or false."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("true or false is expected")
    return text.lower() == "true"


def words(text: str) -> tuple[str, ...]:
    """Return words that commas separate."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def networks(text: str) -> tuple[Network, ...]:
    """Return networks, or single addresses."""
    return tuple(ipaddress.ip_network(word) for word in words(text))


def database_url(text: str) -> str:
    """Return the URL of a SQLite file or a PostgreSQL database."""
    scheme = urlsplit(text).scheme
    if scheme not in {"postgresql", "postgres"} and not (text.startswith("sqlite:///") and len(text) > len("sqlite:///")):
        raise ValueError("sqlite:///path or postgresql://user@host/database is expected")
    return text


def secure_url(text: str) -> str:
    """Return an https URL, or one of this machine itself."""
    parts = urlsplit(text)
    is_local = parts.hostname in THIS_MACHINE
    if not parts.hostname or parts.scheme not in ({"http", "https"} if is_local else {"https"}):
        raise ValueError("an https URL is expected (http only for this machine itself)")
    return text


def issuer(text: str) -> str:
    """Return an issuer (RFC 8414 section 2)."""
    parts = urlsplit(secure_url(text))
    if parts.query or parts.fragment or text.endswith("/"):
        raise ValueError("a URL without query, fragment and ending slash is expected (RFC 8414 section 2)")
    return text


def origins(text: str) -> tuple[str, ...]:
    """Return web origins (RFC 6454)."""
    for word in words(text):
        parts = urlsplit(word)
        if not parts.netloc or f"{parts.scheme}://{parts.netloc}" != word:
            raise ValueError("origins such as https://app.example.com are expected, separated by commas")
    return words(text)


def line(text: str) -> str:
    """Return a line of text."""
    if not text or not text.isprintable():
        raise ValueError("a line of text is expected")
    return text


def mail_address(text: str) -> str:
    """Return an e-mail address."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or not text.isprintable() or " " in text:
        raise ValueError("an e-mail address is expected")
    return text


def headers(text: str) -> Mapping[str, str]:
    """Return headers of a request, from a JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(map(_is_header, found.items())):
        raise ValueError("a JSON object of header names and values is expected")
    return found


def _is_header(given: tuple[str, Any]) -> bool:
    name, value = given
    return _TOKEN.fullmatch(name) is not None and isinstance(value, str) and value.isascii() and value.isprintable()


def header_name(text: str) -> str:
    """Return the name of a header (RFC 9110 section 5.1)."""
    if not _TOKEN.fullmatch(text):
        raise ValueError("the name of a header is expected")
    return text


def oids(text: str) -> tuple[str, ...]:
    """Return object identifiers in dots, or their beginnings."""
    found = words(text)
    if not found or not all(_OID.fullmatch(word) for word in found):
        raise ValueError("object identifiers such as 2.16.76.1.2.3 are expected, separated by commas")
    return found


def message_template(text: str) -> str:
    """Return a template that makes a request of any message."""
    sample_message(text)
    return text


def sample_message(template: str) -> str:
    """Return what a template makes of some message."""
    return fill(template, to="5511999990000", text='A "message"', id="0" * 24)


def file(text: str) -> Path:
    """Return the path of a file, which need not be there yet."""
    return Path(text)


def master_key(text: str) -> str:
    """Return a master key in base64; the problem never repeats it."""
    MasterKey.from_base64(text)
    return text
