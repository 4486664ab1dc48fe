"""Clients: the credentials of applications."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from authme.kernel.context import CLIENT_LADDER, FIRST_PARTY, THIRD_PARTY, rungs
from authme.relation import Place
from authme.tokens.model import ExpiresInFormat, TokenProfile

ClientStatus = Literal["ACTIVE", "LOCKED", "REMOVED"]
FactorVisibility = Literal["CREDENTIALS_ONLY", "MARKED_RESOURCES", "UNRESTRICTED"]
GrantType = Literal["password", "refresh_token", "client_credentials", "authorization_code"]
SigningAlgorithm = Literal["RS512", "RS256", "PS256", "ES256", "EdDSA"]

Scope = Annotated[str, Meta(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,64}$", description="a scope of 1 to 64 characters")]
"""RFC 6749 section 3.3."""

DEFAULT_SCOPES = ("READ", "WRITE")
DEFAULT_GRANTS: tuple[GrantType, ...] = ("client_credentials", "password", "refresh_token")


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """One application's credential and its settings. Times are epoch milliseconds."""

    id: str
    app_id: str
    name: str | None
    user_id: str | None
    business_id: str | None
    service_account_id: str | None
    business_unit_id: str | None
    organization_id: str | None
    logon: str | None
    secret_hash: bytes | None
    """Keyed hash; None for a client that proves itself by signed assertions alone."""
    jwks: str | None
    """Its public keys (RFC 7517), for signed assertions."""
    first_party: bool
    scopes: tuple[str, ...]
    grant_types: tuple[GrantType, ...]
    redirect_uris: tuple[str, ...]
    alg: str
    expires_in_format: ExpiresInFormat
    token_aliases: bool
    factor_visibility: FactorVisibility
    access_token_seconds: int
    status: ClientStatus
    created_at: int
    updated_at: int

    @property
    def token_profile(self) -> TokenProfile:
        """How its tokens are made."""
        return TokenProfile(self.id, self.alg, self.access_token_seconds, self.expires_in_format, self.token_aliases)

    @property
    def place(self) -> Place:
        """Where the client stands."""
        return Place(self.organization_id, self.business_id, self.user_id)

    def atoms(self, level: str) -> frozenset[str]:
        """Return what a requirement sees of the client that has proved `level`."""
        return rungs(CLIENT_LADDER, level) | {FIRST_PARTY if self.first_party else THIRD_PARTY}
