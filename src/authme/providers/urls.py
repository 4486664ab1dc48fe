"""URLs of identity providers and applications to which people's browsers are sent: no server asks them."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

from authme.kernel.fetch.guard import is_this_machine

_FORBIDDEN: Final = frozenset(' "<>\\^`{|}')


def is_web_url(text: str, *, allows_loopback: bool) -> bool:
    """Whether it is an https URL without credentials and fragment; in development also an http one of this machine."""
    parts = _read(text)
    if parts is None or not parts.hostname or parts.fragment or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and allows_loopback and is_this_machine(parts.hostname))


def is_return_url(text: str, *, allows_loopback: bool) -> bool:
    """Whether an application may be returned to there: the same, or a scheme that is a reversed domain name.

    An application on a device has its own scheme (RFC 8252 section 7.1).
    """
    parts = _read(text)
    is_own_scheme = parts is not None and "." in parts.scheme and not parts.fragment
    return is_own_scheme or is_web_url(text, allows_loopback=allows_loopback)


def _read(text: str) -> SplitResult | None:
    if not (text.isascii() and text.isprintable()) or _FORBIDDEN & set(text):
        return None
    try:
        parts = urlsplit(text)
        # Both are read when they are asked for, and raise then.
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts
