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
from authme.sign_in.waiting import is_answered_by

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


async def find_asked(ctx: Context, state: str) -> Challenge | None:
    """Return the request if this client sent it, in this session or outside any, and no answer was taken yet."""
    challenge_id, _, secret = state.partition(".")
    found = await challenges.find(ctx.tx, challenge_id) if is_id(challenge_id) else None
    if found is None or found.purpose != PURPOSE or found.code_hash is None:
        return None
    if not hmac.compare_digest(digest_of(ctx.part(Digester), found.id, secret), found.code_hash):
        return None
    return found if is_answered_by(ctx, found) else None
