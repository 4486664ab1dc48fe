"""UI-27: give something to sign with the key of a digital certificate."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Final

from authme.challenges import Challenge, open_challenge
from authme.challenges import store as challenges
from authme.kernel.context import Context
from authme.kernel.errors import TooManyTries
from authme.kernel.http.source import network_of
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Wire
from authme.settings import CertificateSettings, LimitSettings
from authme.sign_in import certificate_store as store
from authme.sign_in.caller import get_client

_PURPOSE: Final = "CERTIFICATE"
_BYTES = 32
_MS = 1000


class ChallengeRequest(Wire, frozen=True):
    """UI-27 takes nothing."""


class CertificateChallenge(Answer, frozen=True):
    """What is to be signed: the bytes of which `challenge` is the base64."""

    challenge_id: str
    challenge: str
    expires_at: datetime


async def open_certificate_challenge(ctx: Context, _body: ChallengeRequest) -> CertificateChallenge:
    """Return 32 random bytes for this client's caller to sign: good once, and for a short time.

    Asked for with the bearer token of a session they are good in that session alone, without one for a login alone. Raises
    TooManyTries when as many wait to be signed for one network, or one person, as failures are taken from a network.
    """
    client = await get_client(ctx)
    session_id = _session_of(ctx)
    # Nobody has proved anything yet: what is asked for by strangers is counted, and ended, by where they are.
    subject = ctx.caller.user_id if session_id is not None and ctx.caller.user_id else network_of(ctx.origin.source)
    await _check_not_too_many(ctx, subject)
    challenge = base64.b64encode(secrets.token_bytes(_BYTES)).decode()
    opened = open_challenge(
        ctx,
        purpose=_PURPOSE,
        subject=subject,
        session_id=session_id,
        client_id=client.id,
        life=timedelta(seconds=ctx.part(CertificateSettings).certificate_challenge_seconds),
        data=challenge,
    )
    return CertificateChallenge(challenge_id=opened.id, challenge=challenge, expires_at=moment(opened.expires_at))


async def find_asked(ctx: Context, challenge_id: str) -> Challenge | None:
    """Return the challenge if this client was given it, in this session or outside any, and it can still be answered."""
    found = await challenges.find(ctx.tx, challenge_id)
    if found is None or found.purpose != _PURPOSE or not found.is_open(ctx.clock.now_ms()):
        return None
    # Without the session, what somebody signed to log in would let a stranger link the certificate to an account of theirs.
    is_theirs = found.client_id == ctx.caller.client_id and found.session_id == _session_of(ctx)
    return found if is_theirs else None


def bytes_of(asked: Challenge) -> bytes:
    """Return what was to be signed."""
    return base64.b64decode(asked.data or "")


def _session_of(ctx: Context) -> str | None:
    """Return the caller's session, if it is a person's."""
    return ctx.caller.session_id if ctx.caller.user_id is not None else None


async def _check_not_too_many(ctx: Context, subject: str) -> None:
    """Raise TooManyTries: without this, anybody could fill the database with what nobody will sign."""
    now, most = ctx.clock.now_ms(), ctx.part(LimitSettings).network_failures
    first_ends_at = await store.find_first_end(ctx.tx, purpose=_PURPOSE, subject=subject, now=now, at_most=most)
    if first_ends_at is not None:
        raise TooManyTries(retry_after=-(-(first_ends_at - now) // _MS))
