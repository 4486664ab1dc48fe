"""The certificate whose key the caller's TLS proved, as far as it reaches this server."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from authme.kernel.http.source import Network, is_within

SCOPE_KEY: Final = "authme.client_certificate"
"""Under this key of the ASGI scope our own TLS port says what it was shown (DER, or None). No header can set it."""
_LARGEST: Final = 64 << 10
_PEM: Final = re.compile(rb"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")


@dataclass(frozen=True, slots=True)
class CertificateSource:
    """From which proxies a header with the caller's certificate is believed; without either, from none."""

    header: str | None
    proxies: tuple[Network, ...]

    @classmethod
    def of(cls, header: str | None, proxies: Sequence[Network]) -> "CertificateSource":
        """Return what the settings say; the header's case does not count."""
        return cls(header.lower() if header else None, tuple(proxies))


NO_CERTIFICATES: Final = CertificateSource(None, ())


def certificate_of(
    scope: Mapping[str, Any], headers: Mapping[str, str], peer: str | None, source: CertificateSource
) -> bytes | None:
    """Return the certificate (DER, not yet read) of the caller; None without one, or if it is malformed or from anybody else.

    `peer` is who is at the other end of the connection, not what `X-Forwarded-For` says: that is the caller's to write.
    """
    if SCOPE_KEY in scope:
        shown: bytes | None = scope[SCOPE_KEY]
        return shown
    given = headers.get(source.header) if source.header else None
    if not given or len(given) > _LARGEST or not is_within(peer, source.proxies):
        return None
    return _from_byte_sequence(given) if given.startswith(":") else _from_escaped_pem(given)


def _from_byte_sequence(given: str) -> bytes | None:
    """RFC 9440 section 2.1: base64 between colons. Two headers are none of them: one would be a caller's own."""
    if len(given) < 2 or not given.endswith(":"):  # noqa: PLR2004  # the two colons
        return None
    return _decoded(given[1:-1].encode("latin-1"))


def _from_escaped_pem(given: str) -> bytes | None:
    """PEM, percent-encoded, as nginx writes it in `$ssl_client_escaped_cert`."""
    found = _PEM.fullmatch(unquote_to_bytes(given))
    return _decoded(b"".join(found[1].split())) if found else None


def _decoded(encoded: bytes) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True) or None
    except binascii.Error:
        return None
