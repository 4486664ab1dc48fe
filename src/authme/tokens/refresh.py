"""Issue and rotate refresh tokens (RFC 9700 section 4.14)."""

from dataclasses import dataclass
from datetime import timedelta

from authme.audit import record
from authme.crypto.digests import Digester, TokenHash
from authme.crypto.secrets import new_uuid
from authme.kernel.context import Context
from authme.kernel.errors import Refusal, SessionEnded, TokenNotValid
from authme.sessions.end import end
from authme.sessions.model import Session
from authme.settings import TokenSettings
from authme.tokens import refresh_store as store

_PURPOSE = "refresh-token"
_MS = 1000
_TWICE = "refresh token used twice"


@dataclass(frozen=True, slots=True)
class Rotation:
    """A refresh token that may be taken: what it stands for, and what will stand in its place."""

    session: Session
    scopes: tuple[str, ...]
    acts_for: str | None
    """The business that its holder acts for."""
    refresh_token: str
    """The successor."""
    token_hash: TokenHash
    client_id: str
    is_repeat: bool
    """The token was taken a moment ago, and its answer got lost."""


def issue(ctx: Context, session: Session, client_id: str, scopes: tuple[str, ...], *, acts_for: str | None = None) -> str:
    """Return the first refresh token of a session at a client; stored with the unit of work."""
    token = new_uuid()
    _put(ctx, token, session, client_id, scopes, acts_for)
    return token


async def find_rotation(ctx: Context, token: str, client_id: str) -> Rotation | Refusal:
    """Look at a refresh token that a client presents.

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
    if found.session_has_ended or found.session.expires_at <= now:
        raise SessionEnded
    repeat_ms = ctx.part(TokenSettings).refresh_repeat_seconds * _MS
    if found.used_at is not None and now - found.used_at > repeat_ms:
        await end(ctx, found.session.id, reason=_TWICE)
        record(ctx, "session.ended", found.session.id, result="REFUSED", client_id=client_id, reason=_TWICE)
        return TokenNotValid()
    return Rotation(
        session=found.session,
        scopes=found.scopes,
        acts_for=found.acts_for,
        refresh_token=digester.derive_uuid(_PURPOSE, token),
        token_hash=token_hash,
        client_id=client_id,
        is_repeat=found.used_at is not None,
    )


def rotate(ctx: Context, rotation: Rotation) -> None:
    """Take the token and put its successor in its place, with the unit of work.

    Several callers that race for one token all hold the same successor, since it is derived from the token: one of them takes
    the token and puts the successor there, for the others both are done already.
    """
    if not rotation.is_repeat:
        store.use(ctx.tx, rotation.token_hash, now=ctx.clock.now_ms())
        _put(
            ctx,
            rotation.refresh_token,
            rotation.session,
            rotation.client_id,
            rotation.scopes,
            rotation.acts_for,
            is_successor=True,
        )


def _put(
    ctx: Context,
    token: str,
    session: Session,
    client_id: str,
    scopes: tuple[str, ...],
    acts_for: str | None,
    *,
    is_successor: bool = False,
) -> None:
    now = ctx.clock.now_ms()
    life = timedelta(days=ctx.part(TokenSettings).refresh_token_days)
    store.put(
        ctx.tx,
        ctx.part(Digester).digest(_PURPOSE, token),
        session_id=session.id,
        client_id=client_id,
        scopes=scopes,
        acts_for=acts_for,
        issued_at=now,
        expires_at=min(now + int(life.total_seconds()) * _MS, session.expires_at),
        is_successor=is_successor,
    )
