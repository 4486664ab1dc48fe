"""Identity providers on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Text, Title, Wire
from authme.providers.model import (
    Claims,
    ClientAuthentication,
    FirstUse,
    OidcSettings,
    Preset,
    Provider,
    ProviderKind,
    SamlSettings,
    Worth,
)

Alias = Annotated[
    str,
    Meta(
        # $ alone would let a line feed through at the end.
        pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?!\n)$",
        max_length=63,
        description="a word of up to 63 lower-case letters, digits and hyphens",
    ),
]
LONGEST_URL = 2048
LONGEST_CERTIFICATE = 16384
MOST_CERTIFICATES = 10
Url = Annotated[str, Meta(min_length=1, max_length=LONGEST_URL, description="an absolute URL")]
EntityId = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^\S(?:.*\S)?(?!\n)$", description="an entity id")]
Secret = Annotated[str, Meta(min_length=1, max_length=4096, description="a secret of 1 to 4096 characters")]
Pem = Annotated[str, Meta(min_length=1, max_length=8192, description="a private key in PEM")]
_Xml = Annotated[str, Meta(min_length=1, max_length=2_000_000, description="metadata, as XML")]
_Base64 = Annotated[str, Meta(min_length=1, max_length=LONGEST_CERTIFICATE, description="a certificate in base64")]
_Urls = Annotated[tuple[Url, ...], Meta(max_length=100, description="an array of up to 100 absolute URLs")]
_Words = Annotated[tuple[Text, ...], Meta(max_length=100, description="an array of up to 100 texts")]
_Certificates = Annotated[
    tuple[_Base64, ...], Meta(max_length=MOST_CERTIFICATES, description="an array of up to 10 certificates in base64")
]
_GroupMap = Annotated[dict[Text, Id], Meta(max_length=100, description="an object of up to 100 group ids by their names there")]
_Level = Annotated[str, Meta(pattern=r"^(?:bronze|prata|ouro)(?!\n)$", description="one of bronze, prata and ouro")]


class ClaimsGiven(Wire, frozen=True):
    """Under which name each is said: claims of OpenID Connect, or attributes of SAML."""

    document: Text | None = None
    email: Text | None = None
    name: Text | None = None
    groups: Text | None = None


class OidcRequest(Wire, frozen=True):
    """An OpenID provider. What is left out is the preset's, or else what is the case at most providers.

    Secrets are never shown. A change without one keeps it; one of issuer or client id needs it anew.
    """

    client_id: Text
    issuer: Url | None = None
    preset: Preset | None = None
    client_authentication: ClientAuthentication | None = None
    client_secret: Secret | None = None
    private_key: Pem | None = None
    key_id: Text | None = None
    team_id: Text | None = None
    scopes: _Words | None = None
    redirect_uris: _Urls = ()
    tenants: _Words = ()
    trusts_email: bool | None = None
    trusts_document: bool | None = None
    levels: dict[_Level, Worth] | None = None
    claims: ClaimsGiven | None = None
    group_map: _GroupMap = msgspec.field(default_factory=dict)


class SamlRequest(Wire, frozen=True):
    """A SAML identity provider: by its metadata, by the URL of that, or field by field.

    From `metadataUrl` it is read where no certificates are given.
    """

    acs_urls: Annotated[_Urls, Meta(min_length=1, description="an array of 1 to 100 absolute URLs")]
    metadata: _Xml | None = None
    metadata_url: Url | None = None
    entity_id: EntityId | None = None
    redirect_url: Url | None = None
    post_url: Url | None = None
    certificates: _Certificates = ()
    service_entity_id: EntityId | None = None
    signs_requests: bool = True
    allows_unsolicited: bool = False
    trusts_email: bool = False
    trusts_document: bool = False
    claims: ClaimsGiven = ClaimsGiven()
    group_map: _GroupMap = msgspec.field(default_factory=dict)


class ChangeIdentityProviderRequest(Wire, frozen=True):
    """What an identity provider becomes. It stays of its kind, and in its organisation."""

    alias: Alias
    name: Title
    is_enabled: bool = True
    first_use: FirstUse = "LINK"
    creates_users: bool = True
    oidc: OidcRequest | None = None
    saml: SamlRequest | None = None


class CreateIdentityProviderRequest(ChangeIdentityProviderRequest, frozen=True, kw_only=True):
    """A new identity provider: of the organisation that is named, or else of the caller's."""

    kind: ProviderKind
    organization_id: Id | None = None


class ClaimsAnswer(Answer, frozen=True):
    """Under which name each is said."""

    document: str | None
    email: str | None
    name: str | None
    groups: str | None


class OidcAnswer(Answer, frozen=True):
    """An OpenID provider, without its secrets."""

    issuer: str
    client_id: str
    preset: Preset | None
    client_authentication: ClientAuthentication
    key_id: str | None
    team_id: str | None
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    tenants: tuple[str, ...]
    trusts_email: bool
    trusts_document: bool
    levels: dict[str, Worth]
    claims: ClaimsAnswer
    group_map: dict[str, str]


class SamlAnswer(Answer, frozen=True):
    """A SAML identity provider, and what it has to know of this server."""

    entity_id: str
    redirect_url: str | None
    post_url: str | None
    certificates: tuple[str, ...]
    metadata_url: str | None
    service_entity_id: str
    acs_urls: tuple[str, ...]
    service_certificate: str
    signs_requests: bool
    allows_unsolicited: bool
    trusts_email: bool
    trusts_document: bool
    claims: ClaimsAnswer
    group_map: dict[str, str]


class IdentityProviderAnswer(Answer, frozen=True):
    """An identity provider; without `organizationId` it is everybody's."""

    identity_provider_id: str
    organization_id: str | None
    kind: ProviderKind
    alias: str
    name: str
    is_enabled: bool
    first_use: FirstUse
    creates_users: bool
    oidc: OidcAnswer | None
    saml: SamlAnswer | None
    created_at: datetime
    updated_at: datetime


class IdentityProviderPage(Answer, frozen=True):
    """A page of identity providers."""

    items: tuple[IdentityProviderAnswer, ...]
    next_cursor: str | None


class FindingAnswer(Answer, frozen=True):
    """One check of a test."""

    check: str
    ok: bool
    message: str


class IdentityProviderTest(Answer, frozen=True):
    """What a test of an identity provider found; it works if every check is well."""

    works: bool
    findings: tuple[FindingAnswer, ...]


def shown(provider: Provider) -> IdentityProviderAnswer:
    """Return the wire form of an identity provider."""
    settings = provider.settings
    return IdentityProviderAnswer(
        identity_provider_id=provider.id,
        organization_id=provider.organization_id,
        kind=provider.kind,
        alias=provider.alias,
        name=provider.name,
        is_enabled=provider.is_enabled,
        first_use=provider.first_use,
        creates_users=provider.creates_users,
        oidc=_oidc(settings) if isinstance(settings, OidcSettings) else None,
        saml=_saml(settings) if isinstance(settings, SamlSettings) else None,
        created_at=moment(provider.created_at),
        updated_at=moment(provider.updated_at),
    )


def _oidc(settings: OidcSettings) -> OidcAnswer:
    values = {name: getattr(settings, name) for name in OidcAnswer.__struct_fields__}
    return OidcAnswer(**values | {"claims": _claims(settings.claims)})


def _saml(settings: SamlSettings) -> SamlAnswer:
    values = {name: getattr(settings, name) for name in SamlAnswer.__struct_fields__}
    return SamlAnswer(**values | {"claims": _claims(settings.claims)})


def _claims(claims: Claims) -> ClaimsAnswer:
    return ClaimsAnswer(document=claims.document, email=claims.email, name=claims.name, groups=claims.groups)
