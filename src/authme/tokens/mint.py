"""Make access tokens."""

import os
from functools import lru_cache

import msgspec

from authme.crypto import jose
from authme.kernel.context import Context
from authme.keys.keyring import Keyring
from authme.settings import TokenSettings
from authme.tokens.model import ACCESS_TOKEN_TYPE, AccessClaims, TokenObject, TokenProfile

ROLE_PREFIX = "ROLE_"
BEARER = "Bearer"
_encoder = msgspec.json.Encoder()


async def mint(
    ctx: Context,
    profile: TokenProfile,
    *,
    subject: str,
    scope: tuple[str, ...],
    atoms: frozenset[str],
    refresh_token: str | None = None,
    **claims: str | int | tuple[str, ...] | None,
) -> TokenObject:
    """Sign an access token (RFC 9068) and return the token object around it.

    `atoms` become the `authorities` claim; `claims` are further members of `AccessClaims`, None being left out.
    """
    settings = ctx.part(TokenSettings)
    now = ctx.clock.now()
    expires_at = now + profile.access_token_seconds
    body = AccessClaims(
        iss=settings.issuer,
        aud=settings.audience,
        iat=now,
        exp=expires_at,
        jti=os.urandom(16).hex(),
        sub=subject,
        client_id=profile.client_id,
        scope=scope,
        authorities=_authorities(atoms),
        **claims,  # type: ignore[arg-type]  # each caller names members of AccessClaims with values of their types
    )
    key = await ctx.part(Keyring).signing_key(ctx.tx, profile.alg)
    token = jose.sign(key, _encoder.encode(body), typ=ACCESS_TOKEN_TYPE)
    seconds = profile.expires_in(expires_at, life=profile.access_token_seconds)
    shown = TokenObject(
        access_token=token, token_type=BEARER, refresh_token=refresh_token, expires_in=str(seconds), scope=scope
    )
    return _with_aliases(shown, seconds) if profile.aliases else shown


@lru_cache(maxsize=4096)
def _authorities(atoms: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(ROLE_PREFIX + atom for atom in atoms))


def _with_aliases(shown: TokenObject, seconds: int) -> TokenObject:
    return msgspec.structs.replace(
        shown,
        snake_access_token=shown.access_token,
        snake_token_type=shown.token_type,
        snake_expires_in=seconds,
        pascal_access_token=shown.access_token,
        pascal_token_type=shown.token_type,
        pascal_expires_in=shown.expires_in,
    )
