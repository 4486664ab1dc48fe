"""CI-01: make a client."""

from urllib.parse import urlsplit

import msgspec

from authme import keys
from authme.audit import record
from authme.clients import policy, store
from authme.clients.directory import TOPIC
from authme.clients.model import DEFAULT_GRANTS, DEFAULT_SCOPES, Client, FactorVisibility, GrantType, SigningAlgorithm
from authme.crypto import jose
from authme.crypto.digests import Digester
from authme.crypto.secrets import new_secret
from authme.kernel.context import Context
from authme.kernel.errors import malformed, named_in_body_unknown
from authme.kernel.ids import new_id
from authme.settings import TokenSettings
from authme.tokens.model import ExpiresInFormat
from authme.users import store as users

SECRET_PURPOSE = "client-secret"  # noqa: S105  # what the digest is for, not a secret
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ClientDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a new client is to be."""

    app_id: str
    name: str | None = None
    user_id: str | None = None
    business_id: str | None = None
    service_account_id: str | None = None
    business_unit_id: str | None = None
    organization_id: str | None = None
    first_party: bool = True
    scopes: tuple[str, ...] = ()
    grant_types: tuple[GrantType, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    jwks: str | None = None
    alg: SigningAlgorithm | None = None
    expires_in_format: ExpiresInFormat = "EPOCH"
    token_aliases: bool = False
    factor_visibility: FactorVisibility = "CREDENTIALS_ONLY"


async def create(ctx: Context, draft: ClientDraft) -> tuple[Client, str]:
    """Make a client and return it with its secret, which is not kept and cannot be shown again.

    Raises FieldsRefused for a malformed redirect URI or key set, and (107) for a user that does not exist.
    """
    policy.check_may_create(ctx.caller, draft)
    if draft.user_id is not None:
        owner = await users.find(ctx.tx, draft.user_id)
        if owner is None or owner.status == "REMOVED":
            raise named_in_body_unknown("userId", "user")
    for uri in draft.redirect_uris:
        _check_redirect_uri(uri)
    if draft.jwks is not None:
        try:
            jose.parse_jwks(draft.jwks)
        except ValueError as error:
            raise malformed("jwks", str(error)) from error
    settings = ctx.part(TokenSettings)
    alg = draft.alg or settings.signing_alg
    await keys.ensure(ctx, alg)
    secret = new_secret()
    now = ctx.clock.now_ms()
    made = Client(
        id=new_id(ctx.clock),
        app_id=draft.app_id,
        name=draft.name,
        user_id=draft.user_id,
        business_id=draft.business_id,
        service_account_id=draft.service_account_id,
        business_unit_id=draft.business_unit_id,
        organization_id=draft.organization_id or ctx.caller.organization_id,
        logon=None,
        secret_hash=ctx.part(Digester).digest(SECRET_PURPOSE, secret),
        jwks=draft.jwks,
        first_party=draft.first_party,
        scopes=tuple(dict.fromkeys(draft.scopes)) or DEFAULT_SCOPES,
        grant_types=tuple(dict.fromkeys(draft.grant_types)) or DEFAULT_GRANTS,
        redirect_uris=draft.redirect_uris,
        alg=alg,
        expires_in_format=draft.expires_in_format,
        token_aliases=draft.token_aliases,
        factor_visibility=draft.factor_visibility,
        access_token_seconds=settings.access_token_seconds,
        status="ACTIVE",
        created_at=now,
        updated_at=now,
    )
    await store.insert_client(ctx.tx, made)
    ctx.tx.announce(TOPIC, made.id)
    record(ctx, "client.created", made.id)
    return made, secret


def _check_redirect_uri(uri: str) -> None:
    """Absolute, no fragment (RFC 6749 section 3.1.2), https except to the person's own machine (RFC 8252 section 7.3)."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError as error:
        raise malformed("redirectURI", "an absolute URI is expected") from error
    # Another scheme is an application's own (RFC 8252 section 7.1), which must look like a reversed domain name.
    own_scheme = "." in parts.scheme
    if not own_scheme and not (parts.scheme == "https" and host) and not (parts.scheme == "http" and host in _LOOPBACK):
        raise malformed("redirectURI", "an absolute https URI is expected")
    if parts.fragment or any(character.isspace() for character in uri):
        raise malformed("redirectURI", "a URI without fragment and white space is expected")
