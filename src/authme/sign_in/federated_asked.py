"""What OpenID providers were asked: the authorization requests that wait for their answers."""

import hmac
from typing import Final

import msgspec

from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.challenges.model import Purpose
from authme.challenges.open import digest_of
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.ids import is_id

PURPOSE: Final[Purpose] = "FEDERATED"


class Asked(msgspec.Struct, frozen=True):
    """What an answer must agree with, beside its challenge's own columns; kept with the challenge as JSON."""

    provider_id: str
    redirect_uri: str
    nonce: str


def encode(asked: Asked) -> str:
    """Return the form in which it is kept."""
    return msgspec.json.encode(asked).decode()


def asked_of(challenge: Challenge) -> Asked:
    """Return what a request's challenge was opened with."""
    return msgspec.json.decode(challenge.data or "", type=Asked)


def session_of(ctx: Context) -> str | None:
    """Return the caller's session, if it is a person's."""
    return ctx.caller.session_id if ctx.caller.user_id is not None else None


async def find_asked(ctx: Context, state: str) -> Challenge | None:
    """Return the request if this client sent it, in this session or outside any, and no answer was taken yet."""
    challenge_id, _, secret = state.partition(".")
    found = await challenges.find(ctx.tx, challenge_id) if is_id(challenge_id) else None
    if found is None or found.purpose != PURPOSE or found.code_hash is None:
        return None
    if not hmac.compare_digest(digest_of(ctx.part(Digester), found.id, secret), found.code_hash):
        return None
    # Without the session, a stranger's account would be linked to whoever is made to bring its code, or the other way.
    is_theirs = found.client_id == ctx.caller.client_id and found.session_id == session_of(ctx)
    return found if is_theirs and found.is_open(ctx.clock.now_ms()) else None
