"""What a token says and how a client wants it."""

from typing import Literal

import msgspec
from msgspec import field

from authme.kernel.wire import SparseAnswer

ExpiresInFormat = Literal["EPOCH", "SECONDS"]
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105  # a media type (RFC 9068 section 2.1), not a secret


class TokenProfile(msgspec.Struct, frozen=True):
    """A client's settings for the tokens it gets."""

    client_id: str
    alg: str
    access_token_seconds: int
    expires_in_format: ExpiresInFormat
    aliases: bool

    def expires_in(self, expires_at: int, *, life: int) -> int:
        """Return what `expiresIn` says to the client: the epoch second of expiry, or the life in seconds."""
        return expires_at if self.expires_in_format == "EPOCH" else life


class TokenObject(SparseAnswer, frozen=True, kw_only=True):
    """The success body of every login, renewal and step-up (contract section 2).

    `expiresIn` is a string of digits: the epoch second of expiry, or the life in seconds for clients set so. The fields below
    `scope` are aliases for clients whose setting asks for them.
    """

    access_token: str
    token_type: str
    refresh_token: str | None = None
    expires_in: str
    scope: tuple[str, ...]
    snake_access_token: str | None = field(default=None, name="access_token")
    snake_token_type: str | None = field(default=None, name="token_type")
    snake_expires_in: int | None = field(default=None, name="expires_in")
    pascal_access_token: str | None = field(default=None, name="AccessToken")
    pascal_token_type: str | None = field(default=None, name="TokenType")
    pascal_expires_in: str | None = field(default=None, name="ExpiresIn")


class AccessClaims(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Claims of an access token (RFC 9068 section 2.2 and contract section 2). A claim without a value is left out."""

    iss: str
    aud: str
    iat: int
    exp: int
    jti: str
    sub: str
    client_id: str
    scope: tuple[str, ...]
    authorities: tuple[str, ...]
    """Rungs, kind, offices and roles, each with the prefix `ROLE_`."""
    app_id: str | None = None
    service_id: str | None = None
    business_unit_id: str | None = None
    organization_id: str | None = None
    logon: str | None = None
    user_id: str | None = None
    business_id: str | None = None
    client_id_default: str | None = None
    customer_id: int | None = None
    sid: str | None = None
    auth_time: int | None = None
    amr: tuple[str, ...] | None = None
    acr: str | None = None
