"""A request as the features see it: no framework type leaves this package."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class BasicCredentials:
    """What an HTTP Basic header carries (RFC 7617). The password may hold colons."""

    name: str
    password: str


class Request(msgspec.Struct):
    """One HTTP request. Its body is read, and capped, before anyone but `kernel.http` sees it."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    query: Mapping[str, str]
    """The first value of each parameter."""
    body: bytes
    source: str | None
    """Address of the caller; behind a trusted proxy the forwarded one."""
    id: str
    peer: str | None = None
    """Address at the other end of the connection: the caller's, or the last proxy's."""
    client_certificate: bytes | None = None
    """Of the caller's TLS connection (DER, not yet read); whoever sends the request has its key."""

    def bearer(self) -> str | None:
        """Return the bearer token (RFC 6750 section 2.1), None without one.

        The scheme is compared without regard to case; one space and one token follow, anything else is no bearer.
        """
        scheme, separator, token = self.headers.get("authorization", "").partition(" ")
        if not separator or scheme.lower() != "bearer" or not token or " " in token or "," in token:
            return None
        return token

    def basic(self, *, bare: bool = False) -> BasicCredentials | None:
        """Return the Basic credentials (RFC 7617), None without well-formed ones.

        With `bare`, the encoded credentials are also taken without the word `Basic` before them, as some programs send them.
        """
        words = self.headers.get("authorization", "").split()
        if len(words) == 2 and words[0].lower() == "basic":  # noqa: PLR2004  # scheme and credentials
            return _decode(words[1])
        if bare and len(words) == 1:
            return _decode(words[0])
        return None


def _decode(encoded: str) -> BasicCredentials | None:
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        name, separator, password = raw.decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    # A NUL never belongs to a name or a secret, and PostgreSQL cannot store one.
    if not separator or "\0" in name or "\0" in password:
        return None
    return BasicCredentials(name, password)
