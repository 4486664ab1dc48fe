"""The settings of an OpenID provider, as a request says them."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, field_missing
from authme.kernel.fetch import Fetcher, NotFetched
from authme.providers.client_key import ClientKeyRefused, read_client_key
from authme.providers.model import Claims, ClientAuthentication, OidcSettings
from authme.providers.presets import OF_ALL_TENANTS, defaults_of, issuer_of
from authme.providers.urls import is_return_url
from authme.structure.provider_wire import OidcRequest

_SECRET_OF: Final[dict[ClientAuthentication, str | None]] = {
    "client_secret_basic": "clientSecret",
    "client_secret_post": "clientSecret",
    "private_key_jwt": "privateKey",
    "apple": "privateKey",
    "none": None,
}
"""Which field has the secret of each way in which a client proves to be itself."""
# RFC 6749 section 3.3.
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_TENANT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read(ctx: Context, body: OidcRequest, was: OidcSettings | None) -> tuple[OidcSettings, str | None, bool]:
    """Return the settings, the new secret, and whether the one of before stays; raise FieldsRefused."""
    settings = _settings(body)
    allows_loopback = ctx.part(Fetcher).allows_loopback
    items = [
        *_check_issuer(ctx.part(Fetcher), settings),
        *_check_scopes(settings),
        *_check_return_urls(settings, allows_loopback=allows_loopback),
        *_check_of_preset(settings),
    ]
    secret, keeps, of_secret = _secret(body, settings, was)
    if items or of_secret:
        raise FieldsRefused([*items, *of_secret])
    return settings, secret, keeps


def _settings(body: OidcRequest) -> OidcSettings:
    defaults = defaults_of(body.preset)
    claims = body.claims
    return OidcSettings(
        issuer=body.issuer or issuer_of(body.preset, body.tenants) or "",
        client_id=body.client_id,
        preset=body.preset,
        client_authentication=body.client_authentication or defaults.client_authentication,
        key_id=body.key_id,
        team_id=body.team_id,
        scopes=defaults.scopes if body.scopes is None else tuple(dict.fromkeys(body.scopes)),
        redirect_uris=tuple(dict.fromkeys(body.redirect_uris)),
        tenants=tuple(dict.fromkeys(body.tenants)),
        trusts_email=defaults.trusts_email if body.trusts_email is None else body.trusts_email,
        trusts_document=defaults.trusts_document if body.trusts_document is None else body.trusts_document,
        levels=defaults.levels if body.levels is None else body.levels,
        claims=(
            Claims(document=claims.document, email=claims.email, name=claims.name, groups=claims.groups)
            if claims is not None
            else defaults.claims
        ),
        group_map=body.group_map,
    )


def _check_issuer(fetcher: Fetcher, settings: OidcSettings) -> Iterator[ErrorItem]:
    if not settings.issuer:
        yield field_missing("oidc.issuer")
        return
    try:
        fetcher.check(settings.issuer)
    except NotFetched as error:
        yield ErrorItem("102", f"`oidc.issuer`: {error}")
        return
    # OpenID Connect Core section 2. Without parts that are there and empty, which would be another issuer's name.
    if urlsplit(settings.issuer).geturl() != settings.issuer or set("?#") & set(settings.issuer):
        yield field_malformed("oidc.issuer", "a URL without query and fragment is expected")


def _check_scopes(settings: OidcSettings) -> Iterator[ErrorItem]:
    for position, scope in enumerate(settings.scopes):
        if not _SCOPE.fullmatch(scope):
            yield field_malformed(f"oidc.scopes[{position}]", "a word is expected")
    if "openid" not in settings.scopes:
        yield field_malformed("oidc.scopes", "openid is expected among them")


def _check_return_urls(settings: OidcSettings, *, allows_loopback: bool) -> Iterator[ErrorItem]:
    for position, url in enumerate(settings.redirect_uris):
        if not is_return_url(url, allows_loopback=allows_loopback):
            yield field_malformed(f"oidc.redirectUris[{position}]", "an absolute https URL without fragment is expected")


def _check_of_preset(settings: OidcSettings) -> Iterator[ErrorItem]:
    """Name what is for one provider alone; without the tenants a Microsoft of all would let in whoever makes one."""
    if settings.preset != "GOV_BR" and settings.levels:
        yield field_malformed("oidc.levels", "levels are expected of gov.br alone")
    if settings.preset != "MICROSOFT" and settings.tenants:
        yield field_malformed("oidc.tenants", "tenants are expected of Microsoft alone")
    for position, tenant in enumerate(settings.tenants):
        if not _TENANT.fullmatch(tenant):
            yield field_malformed(f"oidc.tenants[{position}]", "the id of a tenant is expected, in lower case")
    if settings.issuer in OF_ALL_TENANTS and not settings.tenants:
        yield field_missing("oidc.tenants")


def _secret(body: OidcRequest, settings: OidcSettings, was: OidcSettings | None) -> tuple[str | None, bool, list[ErrorItem]]:
    way = settings.client_authentication
    field = _SECRET_OF[way]
    given = {"clientSecret": body.client_secret, "privateKey": body.private_key}
    items = [
        field_malformed(f"oidc.{name}", f"nothing is expected with {way}")
        for name, value in given.items()
        if name != field and value is not None
    ]
    items += _check_names_of_key(body, way)
    secret = given[field] if field is not None else None
    keeps = secret is None and field is not None and was is not None and _is_of_the_same_client(settings, was)
    if field is not None and secret is None and not keeps:
        items.append(field_missing(f"oidc.{field}"))
    if field == "privateKey" and secret is not None:
        try:
            secret = read_client_key(secret, only_p256=way == "apple")
        except ClientKeyRefused as error:
            items.append(field_malformed("oidc.privateKey", str(error)))
    return secret, keeps, items


def _is_of_the_same_client(settings: OidcSettings, was: OidcSettings) -> bool:
    """Whether the secret of before is that of this client, at this provider.

    Without this, whoever may change a provider and was never shown its secret would have it sent to a server of their own.
    """
    way, way_before = settings.client_authentication, was.client_authentication
    # With Apple's, another key than P-256 may be there.
    is_same_kind = _SECRET_OF[way] == _SECRET_OF[way_before] and (way != "apple" or way_before == "apple")
    return is_same_kind and (settings.issuer, settings.client_id) == (was.issuer, was.client_id)


def _check_names_of_key(body: OidcRequest, way: ClientAuthentication) -> Iterator[ErrorItem]:
    has_key = _SECRET_OF[way] == "privateKey"
    if not has_key and body.key_id is not None:
        yield field_malformed("oidc.keyId", f"nothing is expected with {way}")
    if way != "apple" and body.team_id is not None:
        yield field_malformed("oidc.teamId", f"nothing is expected with {way}")
    if way == "apple":
        for name, value in (("keyId", body.key_id), ("teamId", body.team_id)):
            if value is None:
                yield field_missing(f"oidc.{name}")
