"""Remember-me tokens: a series for one device, of which one token is good at a time, once."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from authme.crypto.digests import Digester, TokenHash
from authme.devices import store
from authme.devices.model import Series
from authme.kernel.context import Context
from authme.kernel.ids import is_id, new_id
from authme.settings import FactorSettings

_STORED, _MARK = "remember-me-token", "remember-me-mark"
_SECRET_BYTES = 32
_MARK_BYTES = 16
_MS = 1000


@dataclass(frozen=True, slots=True)
class Presented:
    """A token that this server gave out, used or not, with its series."""

    series: Series
    token_hash: TokenHash


def begin_series(ctx: Context, *, user_id: str, client_id: str, device_id: str) -> str:
    """Begin a series with the unit of work and return its first token. One that was there for this device ends."""
    digester, now = ctx.part(Digester), ctx.clock.now_ms()
    series_id, secret = new_id(ctx.clock), secrets.token_bytes(_SECRET_BYTES)
    begun = Series(
        id=series_id,
        user_id=user_id,
        client_id=client_id,
        device_id=device_id,
        token_hash=_hash_of(digester, series_id, secret),
        created_at=now,
        used_at=now,
        expires_at=now + _life_ms(ctx),
    )
    store.begin_series(ctx.tx, begun)
    return _token(digester, series_id, secret)


async def find_presented(ctx: Context, token: str) -> Presented | None:
    """Return what a token stands for; None for one that this server never gave out, or whose series is over."""
    digester, series_id = ctx.part(Digester), token.partition(".")[0]
    secret = _read(digester, series_id, token)
    if secret is None:
        return None
    series = await store.find_series(ctx.tx, series_id)
    if series is None or series.expires_at <= ctx.clock.now_ms():
        return None
    return Presented(series, _hash_of(digester, series_id, secret))


async def rotate(ctx: Context, presented: Presented) -> str | None:
    """Use the token up and return the next one; None when it was used before."""
    digester, now = ctx.part(Digester), ctx.clock.now_ms()
    series_id, secret = presented.series.id, secrets.token_bytes(_SECRET_BYTES)
    rotated = await store.rotate(
        ctx.tx,
        series_id,
        was=presented.token_hash,
        becomes=_hash_of(digester, series_id, secret),
        now=now,
        expires_at=now + _life_ms(ctx),
    )
    return _token(digester, series_id, secret) if rotated else None


def _token(digester: Digester, series_id: str, secret: bytes) -> str:
    """Return the id of the series, a dot, and in base64url the secret and its mark.

    The mark is a keyed digest. Only what bears it was given out, so that a used token, which ends the series, is told from an
    invented one, which does nothing: without it, whoever learns the id of a series could end it.
    """
    return f"{series_id}.{base64.urlsafe_b64encode(secret + _mark(digester, series_id, secret)).decode()}"


def _read(digester: Digester, series_id: str, token: str) -> bytes | None:
    """Return the secret of a token that bears the mark."""
    if not is_id(series_id):
        return None
    try:
        raw = base64.b64decode(token[len(series_id) + 1 :].encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    secret, mark = raw[:_SECRET_BYTES], raw[_SECRET_BYTES:]
    return secret if hmac.compare_digest(mark, _mark(digester, series_id, secret)) else None


def _mark(digester: Digester, series_id: str, secret: bytes) -> bytes:
    return digester.digest(_MARK, series_id.encode() + secret)[:_MARK_BYTES]


def _hash_of(digester: Digester, series_id: str, secret: bytes) -> TokenHash:
    return digester.digest(_STORED, series_id.encode() + secret)


def _life_ms(ctx: Context) -> int:
    return int(timedelta(days=ctx.part(FactorSettings).remember_me_days).total_seconds()) * _MS
