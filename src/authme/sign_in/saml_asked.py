"""What an identity provider was asked: the requests that wait for a response."""

import hmac
import re
from typing import Final

import msgspec

from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.challenges.model import Purpose
from authme.challenges.open import digest_of
from authme.crypto.digests import Digester
from authme.kernel.context import Context

PURPOSE: Final[Purpose] = "SAML"
_REQUEST_ID: Final = re.compile(r"_([0-9a-f]{24})([0-9a-f]{40})")


class Asked(msgspec.Struct, frozen=True):
    """What the response to a request must agree with, beside its challenge's own columns; kept with the challenge as JSON."""

    provider_id: str
    acs_url: str
    relay_state: str


def encode(asked: Asked) -> str:
    """Return the form in which it is kept."""
    return msgspec.json.encode(asked).decode()


def asked_of(challenge: Challenge) -> Asked:
    """Return what a request's challenge was opened with."""
    return msgspec.json.decode(challenge.data or "", type=Asked)


def request_id_of(challenge_id: str, random: str) -> str:
    """Return the `ID` of a request: an XML name, so that it begins with no digit."""
    return f"_{challenge_id}{random}"


def session_of(ctx: Context) -> str | None:
    """Return the caller's session, if it is a person's."""
    return ctx.caller.session_id if ctx.caller.user_id is not None else None


async def find_asked(ctx: Context, request_id: str) -> Challenge | None:
    """Return the request if this client sent it, in this session or outside any, and no response was taken yet."""
    parts = _REQUEST_ID.fullmatch(request_id)
    found = await challenges.find(ctx.tx, parts[1]) if parts is not None else None
    if parts is None or found is None or found.purpose != PURPOSE or found.code_hash is None:
        return None
    if not hmac.compare_digest(digest_of(ctx.part(Digester), found.id, parts[2]), found.code_hash):
        return None
    # Without the session, an answer of a stranger's account would be linked to whoever is made to bring it, or the other way.
    is_theirs = found.client_id == ctx.caller.client_id and found.session_id == session_of(ctx)
    return found if is_theirs and found.is_open(ctx.clock.now_ms()) else None
