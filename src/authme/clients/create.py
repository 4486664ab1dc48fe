"""CI-01: make a client."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from authme import keys
from authme.audit import record
from authme.clients import own_store, policy, store
from authme.clients.directory import TOPIC
from authme.clients.model import DEFAULT_GRANTS, Client, FactorVisibility, GrantType, SigningAlgorithm
from authme.clients.placement import place
from authme.clients.standing_store import Spot
from authme.crypto import jose
from authme.crypto.digests import Digester
from authme.crypto.secrets import new_secret
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids, malformed
from authme.kernel.ids import new_id
from authme.settings import TokenSettings
from authme.tokens.model import ExpiresInFormat

SECRET_PURPOSE = "client-secret"  # noqa: S105  # what the digest is for, not a secret
MOST_OWN = 50
"""As many clients of their own as one owner may have."""
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
    is_own: bool = False
    """Made by its owner for themselves, who may have MOST_OWN of them."""


async def create(ctx: Context, draft: ClientDraft) -> tuple[Client, str]:
    """Make a client and return it with its secret, which is not kept and cannot be shown again.

    Raises FieldsRefused for a malformed redirect URI or key set, for the password grant of a third party, and (107) for what it
    names and is not there; StateForbids when the owner has MOST_OWN clients of their own already.
    """
    scopes = tuple(dict.fromkeys(draft.scopes)) or policy.default_scopes(ctx.caller)
    policy.check_may_give(ctx.caller, scopes)
    grants = _grants(draft)
    _check_form(draft)
    alg = draft.alg or ctx.part(TokenSettings).signing_alg
    await keys.ensure(ctx, alg)
    spot = await place(ctx, draft)
    policy.check_may_place(ctx.caller, spot.organization_id, first_party=draft.first_party)
    if draft.is_own:
        await _check_room(ctx, draft)
    secret = new_secret()
    made = _client(ctx, draft, spot, secret=secret, alg=alg, scopes=scopes, grant_types=grants)
    await store.insert_client(ctx.tx, made)
    ctx.tx.announce(TOPIC, made.id)
    record(ctx, "client.created", made.id)
    return made, secret


def _client(ctx: Context, draft: ClientDraft, spot: Spot, *, secret: str, **decided: Any) -> Client:
    now = ctx.clock.now_ms()
    return Client(
        id=new_id(ctx.clock),
        app_id=draft.app_id,
        name=draft.name,
        user_id=draft.user_id,
        business_id=draft.business_id,
        service_account_id=draft.service_account_id,
        business_unit_id=spot.business_unit_id,
        organization_id=spot.organization_id,
        logon=None,
        secret_hash=ctx.part(Digester).digest(SECRET_PURPOSE, secret),
        jwks=draft.jwks,
        first_party=draft.first_party,
        redirect_uris=draft.redirect_uris,
        expires_in_format=draft.expires_in_format,
        token_aliases=draft.token_aliases,
        factor_visibility=draft.factor_visibility,
        access_token_seconds=ctx.part(TokenSettings).access_token_seconds,
        status="ACTIVE",
        created_at=now,
        updated_at=now,
        **decided,
    )


async def _check_room(ctx: Context, draft: ClientDraft) -> None:
    # The owner is held by now: of two that make the last one at once, the second is counted after the first.
    if await own_store.count(ctx.tx, user_id=draft.user_id, business_id=draft.business_id) >= MOST_OWN:
        raise StateForbids(f"There are {MOST_OWN} clients already, and no more are possible; remove one first.")


def _grants(draft: ClientDraft) -> tuple[GrantType, ...]:
    """Return the grants; raise (102) for a third party that would see the passwords of people (RFC 9700 section 2.4)."""
    if draft.first_party:
        return tuple(dict.fromkeys(draft.grant_types)) or DEFAULT_GRANTS
    if "password" in draft.grant_types:
        raise malformed("grantTypes", "grants without the password are expected for a third party's client")
    return tuple(dict.fromkeys(draft.grant_types)) or tuple(grant for grant in DEFAULT_GRANTS if grant != "password")


def _check_form(draft: ClientDraft) -> None:
    for uri in draft.redirect_uris:
        _check_redirect_uri(uri)
    if draft.jwks is not None:
        try:
            jose.parse_jwks(draft.jwks)
        except ValueError as error:
            raise malformed("jwks", str(error)) from error


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
