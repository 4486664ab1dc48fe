"""CI-05: log a client in by a JWT that it signed."""

from functools import lru_cache
from typing import Any

from authme.audit import record
from authme.clients.directory import Clients
from authme.crypto import jose
from authme.kernel.context import Context
from authme.kernel.errors import ProofNotAccepted, Refusal
from authme.kernel.http import API, Request
from authme.kernel.wire import Token, Wire
from authme.settings import TokenSettings
from authme.sign_in.client_login import refused
from authme.sign_in.client_tokens import sign
from authme.tokens.model import TokenObject
from authme.tokens.used import use_once

_LONGEST_LIFE = 300
_LEEWAY = 30
_LONGEST_JTI = 256
_MS = 1000


class AssertionRequest(Wire, frozen=True):
    """A JWT that the client signed (RFC 7523)."""

    assertion: Token


@lru_cache(maxsize=1024)
def _keys(jwks: str) -> jose.ClientKeys:
    """Parse a registered key set; it was accepted when it was registered."""
    return jose.parse_jwks(jwks)


async def login_by_assertion(ctx: Context, client_id: str, request: Request, body: AssertionRequest) -> TokenObject | Refusal:
    """Log a client in by a JWT signed with a key of its registered key set (RFC 7523 section 3).

    `iss` and `sub` are the client id, `aud` this URL or the issuer, `exp` at most 5 minutes away, `jti` used once. Whoever
    does not hold the key learns nothing (code 9); whoever does is told which check failed (code 207).
    """
    client = await ctx.part(Clients).find_active(ctx.tx, client_id)
    if client is None or client.jwks is None:
        return refused(ctx, client_id)
    try:
        claims = jose.verify_assertion(body.assertion, _keys(client.jwks))
    except jose.InvalidToken:
        return refused(ctx, client_id)
    issuer = ctx.part(TokenSettings).issuer
    audience = {issuer, issuer + request.path, f"{issuer}{API}/client-identities/{client_id}/login"}
    failed = _failed_check(claims, client_id, audience, ctx.clock.now())
    if failed is None:
        # Signed before the first write: on SQLite everybody else waits from there on.
        shown = await sign(ctx, client)
        if await _use(ctx, client_id, claims):
            record(ctx, "client.login", client_id, client_id=client_id, method="assertion")
            return shown
        failed = "jti was used before"
    record(ctx, "client.login", client_id, result="REFUSED", client_id=client_id, reason=failed)
    return ProofNotAccepted(f"The assertion is not accepted: {failed}.")


def _failed_check(claims: dict[str, Any], client_id: str, audience: set[str], now: int) -> str | None:
    """Return which check of RFC 7523 section 3 the claims fail, None if they pass all."""
    given = claims.get("aud")
    audiences = given if isinstance(given, list) else [given]
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        return "iss and sub must be the client id"
    if not any(isinstance(one, str) and one in audience for one in audiences):
        return "aud must be this URL or the issuer"
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_JTI or "\0" in jti:
        return "jti is missing"
    return _failed_time(claims, now)


def _failed_time(claims: dict[str, Any], now: int) -> str | None:
    expires = claims.get("exp")
    if type(expires) is not int or expires <= now - _LEEWAY:
        return "exp is missing or past"
    if expires > now + _LONGEST_LIFE + _LEEWAY:
        return "exp is more than 5 minutes away"
    begins = [claims[name] for name in ("nbf", "iat") if claims.get(name) is not None]
    if any(type(moment) is not int or moment > now + _LEEWAY for moment in begins):
        return "nbf or iat is in the future"
    return None


async def _use(ctx: Context, client_id: str, claims: dict[str, Any]) -> bool:
    """Note that the assertion was used; False if it was before."""
    expires_at = (int(claims["exp"]) + _LEEWAY) * _MS
    return await use_once(ctx.tx, client_id, claims["jti"], expires_at=expires_at)
