"""What a provider says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 9207)."""

from typing import Final
from urllib.parse import urlsplit

import msgspec

from authme.providers.model import OidcSettings
from authme.providers.presets import OF_ALL_TENANTS

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_TEMPLATE: Final = "https://login.microsoftonline.com/{tenantid}/v2.0"
TENANT: Final = "{tenantid}"


class MetadataRefused(ValueError):
    """A document that cannot be used. The text says why, for operators."""


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The members that are used here."""

    issuer: str
    authorization_endpoint: str
    jwks_uri: str
    token_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    scopes_supported: tuple[str, ...] | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] | None = None
    code_challenge_methods_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool | None = None


def discovery_url(issuer: str) -> str:
    """Return where an issuer's document is: a slash at its end goes first (section 4)."""
    return issuer.removesuffix("/") + _WELL_KNOWN


def read_metadata(body: bytes, *, url: str) -> Metadata:
    """Read the document, which is at `url`; raise MetadataRefused."""
    try:
        found = msgspec.json.decode(body, type=Metadata)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MetadataRefused(f"the discovery document cannot be read: {error}") from error
    for name in ("authorization_endpoint", "jwks_uri", "token_endpoint", "userinfo_endpoint"):
        value = getattr(found, name)
        if value is not None and not _is_endpoint(value, urlsplit(url).scheme):
            raise MetadataRefused(f"{name} of the discovery document is not an https URL")
    return found


def _is_endpoint(url: str, scheme: str) -> bool:
    """Whether it is a URL by https; by http only at a provider on this machine, which is so itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url
    return is_plain and parts.scheme in {"https", scheme} and bool(parts.hostname) and not parts.fragment


def stands_for_many(settings: OidcSettings) -> bool:
    """Whether the issuer is Microsoft's for many tenants, whose document and keys name none."""
    return settings.preset == "MICROSOFT" and settings.issuer in OF_ALL_TENANTS


def is_issuer_of(settings: OidcSettings, said: str) -> bool:
    """Whether the document is that of the issuer that was configured (section 4.3).

    Without this, a provider could speak for another one's accounts.
    """
    return said == settings.issuer or (stands_for_many(settings) and said == _TEMPLATE)
