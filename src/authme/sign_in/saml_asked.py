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
from authme.sign_in.waiting import is_answered_by

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


async def find_asked(ctx: Context, request_id: str) -> Challenge | None:
    """Return the request if this client sent it, in this session or outside any, and no response was taken yet."""
    parts = _REQUEST_ID.fullmatch(request_id)
    found = await challenges.find(ctx.tx, parts[1]) if parts is not None else None
    if parts is None or found is None or found.purpose != PURPOSE or found.code_hash is None:
        return None
    if not hmac.compare_digest(digest_of(ctx.part(Digester), found.id, parts[2]), found.code_hash):
        return None
    return found if is_answered_by(ctx, found) else None
