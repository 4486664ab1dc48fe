"""Remember-me tokens: a series for one device, of which one token is good at a time, once."""

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta

from authme.crypto.digests import Digester, TokenHash
from authme.devices import store
from authme.devices.model import Series
from authme.kernel.context import Context
from authme.kernel.ids import is_id, new_id
from authme.settings import FactorSettings

_TOKEN, _MARK = "remember-me-token", "remember-me-mark"  # noqa: S105  # what a digest is for, not a secret
_SECRET_BYTES = 32
_MARK_BYTES = 16
_MS = 1000


@dataclass(frozen=True, slots=True)
class Presented:
    """A token that this server gave out, with its series as it is now."""

    series: Series
    token_hash: TokenHash

    @property
    def is_used(self) -> bool:
        """Whether another token has taken its place."""
        return self.token_hash != self.series.token_hash


def begin_series(ctx: Context, *, user_id: str, client_id: str, device_id: str, session_id: str) -> str:
    """Begin a series with the unit of work and return its first token. One that was there for this device ends."""
    now, series_id = ctx.clock.now_ms(), new_id(ctx.clock)
    token = _new_token(ctx.part(Digester), series_id)
    begun = Series(
        id=series_id,
        user_id=user_id,
        client_id=client_id,
        device_id=device_id,
        token_hash=ctx.part(Digester).digest(_TOKEN, token),
        created_at=now,
        used_at=now,
        expires_at=now + _life_ms(ctx),
    )
    store.begin_series(ctx.tx, begun, session_id)
    return token


async def find_presented(ctx: Context, token: str) -> Presented | None:
    """Return what a token stands for; None for one that this server never gave out, or whose series is over."""
    digester = ctx.part(Digester)
    series_id = token.partition(".")[0]
    if not is_id(series_id) or not _is_marked(digester, series_id, token):
        return None
    series = await store.find_series(ctx.tx, series_id)
    if series is None or series.expires_at <= ctx.clock.now_ms():
        return None
    return Presented(series, digester.digest(_TOKEN, token))


async def rotate(ctx: Context, presented: Presented, session_id: str) -> str | None:
    """Use the token up and return the next one; None when another caller was faster. The session is what it begins."""
    digester, now = ctx.part(Digester), ctx.clock.now_ms()
    token = _new_token(digester, presented.series.id)
    rotated = await store.rotate(
        ctx.tx,
        presented.series.id,
        was=presented.token_hash,
        becomes=digester.digest(_TOKEN, token),
        session_id=session_id,
        now=now,
        expires_at=now + _life_ms(ctx),
    )
    return token if rotated else None


def _new_token(digester: Digester, series_id: str) -> str:
    """Return the id of the series, a dot, and in base64url 32 random bytes with a mark of 16.

    The mark is a digest of what stands before it. Only what bears it was given out, so that a used token, which ends the
    series, is told from an invented one, which does nothing: the id of a series alone ends none.
    """
    secret = secrets.token_bytes(_SECRET_BYTES)
    return f"{series_id}.{base64.urlsafe_b64encode(secret + _mark(digester, series_id, secret)).decode()}"


def _is_marked(digester: Digester, series_id: str, token: str) -> bool:
    try:
        raw = base64.b64decode(token[len(series_id) + 1 :].encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return False
    secret, mark = raw[:_SECRET_BYTES], raw[_SECRET_BYTES:]
    # The text too, so that a token has one form.
    return secrets.compare_digest(mark, _mark(digester, series_id, secret)) and token[len(series_id)] == "."


def _mark(digester: Digester, series_id: str, secret: bytes) -> bytes:
    return digester.digest(_MARK, series_id.encode() + secret)[:_MARK_BYTES]


def _life_ms(ctx: Context) -> int:
    return int(timedelta(days=ctx.part(FactorSettings).remember_me_days).total_seconds()) * _MS
