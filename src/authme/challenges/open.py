"""Open a challenge."""

import secrets
from datetime import timedelta

from authme.challenges import store
from authme.challenges.model import Challenge, Purpose
from authme.crypto.digests import Digester, TokenHash
from authme.kernel.context import Context
from authme.kernel.ids import new_id

_PURPOSE = "challenge"
_MS = 1000
_DIGITS = 6


def new_code() -> str:
    """Return a code of 6 digits, each as likely as any other."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


def digest_of(digester: Digester, challenge_id: str, code: str) -> TokenHash:
    """Return the stored form of a challenge's code."""
    return digester.digest(_PURPOSE, f"{challenge_id}:{code}")


def open_challenge(
    ctx: Context,
    *,
    purpose: Purpose,
    subject: str,
    life: timedelta,
    code: str | None = None,
    factor_id: str | None = None,
    session_id: str | None = None,
    client_id: str | None = None,
    data: str | None = None,
) -> Challenge:
    """Open a challenge with the unit of work.

    A new one for a factor ends the one before it of the same purpose, subject and session: an old code dies with a new one.
    """
    now, challenge_id = ctx.clock.now_ms(), new_id(ctx.clock)
    opened = Challenge(
        id=challenge_id,
        purpose=purpose,
        subject=subject,
        session_id=session_id,
        client_id=client_id,
        factor_id=factor_id,
        code_hash=None if code is None else digest_of(ctx.part(Digester), challenge_id, code),
        data=data,
        tries=0,
        created_at=now,
        expires_at=now + int(life.total_seconds()) * _MS,
        validated_at=None,
        used_at=None,
    )
    if factor_id is not None:
        store.end_previous(ctx.tx, opened)
    store.insert_challenge(ctx.tx, opened)
    return opened
