"""UI-27: give something to sign with the key of a digital certificate."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Final

from authme.challenges import Challenge, open_challenge
from authme.challenges import store as challenges
from authme.kernel.context import Context
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Wire
from authme.settings import CertificateSettings
from authme.sign_in.caller import get_client
from authme.sign_in.waiting import get_subject, is_answered_by, session_of

_PURPOSE: Final = "CERTIFICATE"
_BYTES = 32


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
    subject = await get_subject(ctx, _PURPOSE)
    challenge = base64.b64encode(secrets.token_bytes(_BYTES)).decode()
    opened = open_challenge(
        ctx,
        purpose=_PURPOSE,
        subject=subject,
        session_id=session_of(ctx),
        client_id=client.id,
        life=timedelta(seconds=ctx.part(CertificateSettings).certificate_challenge_seconds),
        data=challenge,
    )
    return CertificateChallenge(challenge_id=opened.id, challenge=challenge, expires_at=moment(opened.expires_at))


async def find_asked(ctx: Context, challenge_id: str) -> Challenge | None:
    """Return the challenge if this client was given it, in this session or outside any, and it can still be answered."""
    found = await challenges.find(ctx.tx, challenge_id)
    return found if found is not None and found.purpose == _PURPOSE and is_answered_by(ctx, found) else None


def bytes_of(asked: Challenge) -> bytes:
    """Return what was to be signed."""
    return base64.b64decode(asked.data or "")
