"""Identity providers."""

from typing import Literal

import msgspec

from authme.relation import MAINTENANCE, Place

ProviderKind = Literal["OIDC", "SAML"]
FirstUse = Literal["LINK", "SECOND_PROOF", "REFUSE"]
"""What the first login by a proof does: LINK lets it find its user by what it vouches for, SECOND_PROOF and REFUSE do not; by
SECOND_PROOF people link it themselves, in a session that they began otherwise."""
Preset = Literal["GOOGLE", "MICROSOFT", "APPLE", "GOV_BR"]
ClientAuthentication = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "apple", "none"]
Worth = Literal["NOTHING", "LOGIN", "DOCUMENT"]
"""What an account of a level is worth: nothing, a login, or a login whose document is taken as proved."""


class Claims(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Where a provider says what of a person: names of claims (OpenID Connect) or of attributes (SAML)."""

    document: str | None = None
    email: str | None = None
    name: str | None = None
    groups: str | None = None


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="OIDC", rename="camel"):
    """An OpenID provider, and this server as its client."""

    issuer: str
    client_id: str
    preset: Preset | None = None
    client_authentication: ClientAuthentication = "client_secret_basic"
    key_id: str | None = None
    """Of the key that signs the client's assertions: `private_key_jwt` and Apple."""
    team_id: str | None = None
    """Apple's."""
    scopes: tuple[str, ...] = ("openid",)
    redirect_uris: tuple[str, ...] = ()
    """The applications' own: what `redirectUri` may be."""
    tenants: tuple[str, ...] = ()
    """Microsoft's: whose accounts are let in, if the issuer is that of all."""
    trusts_email: bool = False
    """Whether `email_verified` is believed."""
    trusts_document: bool = False
    """Whether the document is believed to be the person's."""
    levels: dict[str, Worth] = {}
    """gov.br's: what an account of each level is worth."""
    claims: Claims = Claims(email="email", name="name")
    group_map: dict[str, str] = {}
    """The provider's name of a group, and the id of ours whose members are those who are in it."""


class SamlSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="SAML", rename="camel"):
    """A SAML identity provider, and this server as its service provider."""

    entity_id: str
    """The identity provider's."""
    redirect_url: str | None = None
    """Where requests go by the HTTP-Redirect binding."""
    post_url: str | None = None
    certificates: tuple[str, ...] = ()
    """Base64 DER: the keys that its signatures are checked against."""
    metadata_url: str | None = None
    service_entity_id: str
    """This server's, at that identity provider."""
    acs_urls: tuple[str, ...] = ()
    """The applications' own: where responses are posted to. The first is the default."""
    service_certificate: str
    """Base64 DER: what requests are signed with and assertions are encrypted for."""
    signs_requests: bool = True
    allows_unsolicited: bool = False
    trusts_email: bool = False
    trusts_document: bool = False
    claims: Claims = Claims()
    group_map: dict[str, str] = {}


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One identity provider. Times are epoch milliseconds. Its secret is kept apart from it (`store.find_secret`)."""

    id: str
    organization_id: str | None
    """Whose users it speaks for; None for everybody's."""
    kind: ProviderKind
    alias: str
    """By which callers name it; unique."""
    name: str
    is_enabled: bool
    first_use: FirstUse
    creates_users: bool
    settings: OidcSettings | SamlSettings
    created_at: int
    updated_at: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(organization_id=self.organization_id)

    def speaks_for(self, organization_id: str | None, authorities: tuple[str, ...]) -> bool:
        """Whether it may log in a user of this organisation who holds these offices and roles.

        Whoever manages a provider can log in whomever it speaks for: an organisation's never reaches beyond it, nor up to
        those who stand above all organisations.
        """
        if self.organization_id is None:
            return True
        return organization_id == self.organization_id and MAINTENANCE not in authorities
