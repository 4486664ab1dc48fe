"""Issue and rotate refresh tokens (RFC 9700 section 4.14)."""

from dataclasses import dataclass
from datetime import timedelta

from authme.audit import record
from authme.crypto.digests import Digester
from authme.crypto.secrets import new_uuid
from authme.kernel.context import Context
from authme.kernel.errors import Refusal, SessionEnded, TokenNotValid
from authme.sessions.end import end
from authme.sessions.model import Session
from authme.settings import TokenSettings
from authme.tokens import refresh_store as store

_PURPOSE = "refresh-token"
_MS = 1000


@dataclass(frozen=True, slots=True)
class Rotated:
    """A refresh token was taken: what it stood for, and what stands in its place."""

    session_id: str
    scopes: tuple[str, ...]
    refresh_token: str


def issue(ctx: Context, session: Session, client_id: str, scopes: tuple[str, ...]) -> str:
    """Return the first refresh token of a session at a client; stored with the unit of work."""
    token = new_uuid()
    _put(ctx, token, session.id, session.expires_at, client_id, scopes)
    return token


async def rotate(ctx: Context, token: str, client_id: str) -> Rotated | Refusal:
    """Take a refresh token and put its successor in its place.

    The successor is derived from the token by a keyed hash, so that a repeat by the same client within the repeat time,
    whose first answer was lost, gets the same one. A repeat later than that means that two parties hold the token: the
    whole session ends, and that refusal is returned, to be kept. Raises TokenNotValid or SessionEnded otherwise.
    """
    digester = ctx.part(Digester)
    token_hash = digester.digest(_PURPOSE, token)
    now = ctx.clock.now_ms()
    found = await store.find(ctx.tx, token_hash)
    if found is None or found.client_id != client_id or found.expires_at <= now:
        raise TokenNotValid
    if found.session_ended or found.session_expires_at <= now:
        raise SessionEnded
    rotated = Rotated(found.session_id, found.scopes, digester.derive_uuid(_PURPOSE, token))
    if found.used_at is None and await store.use(ctx.tx, token_hash, now=now):
        _put(ctx, rotated.refresh_token, found.session_id, found.session_expires_at, client_id, found.scopes)
        return rotated
    # Lost the race: the winner used it just now, on this engine or another.
    used_at = found.used_at if found.used_at is not None else now
    if now - used_at <= ctx.part(TokenSettings).refresh_repeat_seconds * _MS:
        return rotated
    await end(ctx, found.session_id, reason="refresh token used twice")
    record(ctx, "session.ended", found.session_id, result="REFUSED", reason="refresh token used twice")
    return TokenNotValid()


def _put(ctx: Context, token: str, session_id: str, session_expires_at: int, client_id: str, scopes: tuple[str, ...]) -> None:
    now = ctx.clock.now_ms()
    life = timedelta(days=ctx.part(TokenSettings).refresh_token_days)
    store.put(
        ctx.tx,
        ctx.part(Digester).digest(_PURPOSE, token),
        session_id=session_id,
        client_id=client_id,
        scopes=scopes,
        issued_at=now,
        expires_at=min(now + int(life.total_seconds()) * _MS, session_expires_at),
    )
