"""The check of an ID token that the provider signed (OpenID Connect Core section 3.1.3.7, RFC 8725)."""

import hmac
import re
from typing import Any, Final

from authme.crypto import jose
from authme.crypto.jose import ForeignToken
from authme.federation.metadata import TENANT, Metadata, stands_for_many
from authme.federation.model import NotAccepted
from authme.providers.model import OidcSettings

SKEW: Final = 60
OLDEST: Final = 600
"""A token is for the login that it was made for: so many seconds after that nobody is let in by it."""
_GOOGLE_OF_OLD: Final = "accounts.google.com"
_TENANT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SUBJECT: Final = re.compile(r"[\x20-\x7e]{1,255}")


def check_id_token(
    token: ForeignToken, settings: OidcSettings, metadata: Metadata, *, nonce: str, access_token: str | None, now: int
) -> str:
    """Return the issuer that the token's subject is named with; raise NotAccepted."""
    claims = token.claims
    issuer = _check_issuer(claims, settings, metadata)
    # Microsoft publishes the keys of all its issuers in one set, and says which are whose.
    key_issuer = token.key_issuer if settings.preset == "MICROSOFT" else None
    if key_issuer is not None and key_issuer.replace(TENANT, _tenant(claims)) != claims["iss"]:
        raise NotAccepted("the ID token: its key is another issuer's")
    _check_audience(claims, settings)
    _check_times(claims, now)
    _check_nonce(claims, nonce)
    if access_token is not None and "at_hash" in claims and claims["at_hash"] != jose.half_hash(token.alg, access_token):
        raise NotAccepted("the ID token: at_hash does not fit the access token")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise NotAccepted("the ID token: sub is missing, or not a text of 1 to 255 ASCII characters")
    return issuer


def _check_issuer(claims: dict[str, Any], settings: OidcSettings, metadata: Metadata) -> str:
    said = claims.get("iss")
    if stands_for_many(settings):
        return _check_tenant(claims, settings, metadata)
    if said == settings.issuer or (settings.preset == "GOOGLE" and said == _GOOGLE_OF_OLD):
        return settings.issuer
    raise NotAccepted("the ID token: iss is not the provider's issuer")


def _check_tenant(claims: dict[str, Any], settings: OidcSettings, metadata: Metadata) -> str:
    """Check a token of one of Microsoft's many tenants: any of them can make tokens for us, with any address in them."""
    tenant = _tenant(claims)
    issuer = metadata.issuer.replace(TENANT, tenant)
    if not _TENANT.fullmatch(tenant) or claims.get("iss") != issuer:
        raise NotAccepted("the ID token: iss is not the issuer of its tenant (tid)")
    if tenant not in settings.tenants:
        raise NotAccepted("the ID token: its tenant (tid) is none of those that are let in")
    return issuer


def _tenant(claims: dict[str, Any]) -> str:
    tenant = claims.get("tid")
    return tenant if isinstance(tenant, str) else ""


def _check_audience(claims: dict[str, Any], settings: OidcSettings) -> None:
    said, client_id = claims.get("aud"), settings.client_id
    audiences = said if isinstance(said, list) else [said]
    if client_id not in audiences:
        raise NotAccepted("the ID token: aud is not this server's client id at the provider")
    # Google names a telephone's application there, of the same project, where it made the token for this server alone.
    is_for_us_alone = settings.preset == "GOOGLE" and audiences == [client_id]
    if (len(audiences) > 1 and "azp" not in claims) or ("azp" in claims and claims["azp"] != client_id and not is_for_us_alone):
        raise NotAccepted("the ID token: azp is not this server's client id at the provider")


def _check_times(claims: dict[str, Any], now: int) -> None:
    try:
        jose.check_times(claims, now=now, leeway=SKEW)
    except jose.InvalidToken as error:
        raise NotAccepted(f"the ID token: {error.reason}") from error
    if "iat" not in claims:
        raise NotAccepted("the ID token: no iat")
    if claims["iat"] < now - OLDEST - SKEW:
        raise NotAccepted("the ID token: iat is more than 10 minutes past")


def _check_nonce(claims: dict[str, Any], nonce: str) -> None:
    said = claims.get("nonce")
    if not isinstance(said, str):
        raise NotAccepted("the ID token: no nonce")
    if not hmac.compare_digest(said.encode("utf-8", "surrogatepass"), nonce.encode("utf-8", "surrogatepass")):
        raise NotAccepted("the ID token: nonce is another one")
