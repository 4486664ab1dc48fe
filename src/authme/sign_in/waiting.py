"""What waits for an answer of somebody who has proved nothing yet: who may give it, and how much may wait.

A challenge to sign and a request to a provider are good for the client that asked, and in the session that it was asked in or
outside any. Without the session, what a stranger proved to log in would be linked to whoever is made to bring it, or the other
way.
"""

from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.challenges.model import Purpose
from authme.kernel.context import Context
from authme.kernel.errors import TooManyTries
from authme.kernel.http.source import network_of
from authme.settings import LimitSettings

_MS = 1000


def session_of(ctx: Context) -> str | None:
    """Return the caller's session, if it is a person's."""
    return ctx.caller.session_id if ctx.caller.user_id is not None else None


def is_answered_by(ctx: Context, asked: Challenge) -> bool:
    """Whether the caller may answer this, and it can still be answered."""
    is_theirs = asked.client_id == ctx.caller.client_id and asked.session_id == session_of(ctx)
    return is_theirs and asked.is_open(ctx.clock.now_ms())


async def get_subject(ctx: Context, purpose: Purpose) -> str:
    """Return for whom something new is to wait: the person in a session, else the network.

    Raises TooManyTries when as many wait for them as failures are taken from a network. Without this, anybody could fill the
    database with what nobody will answer. What is asked for at the same moment does not see each other: a burst goes over by as
    many as come at once.
    """
    person = ctx.caller.user_id if session_of(ctx) is not None else None
    subject = person or network_of(ctx.origin.source)
    now, most = ctx.clock.now_ms(), ctx.part(LimitSettings).network_failures
    first_ends_at = await challenges.find_first_end(ctx.tx, purpose=purpose, subject=subject, now=now, at_most=most)
    if first_ends_at is not None:
        raise TooManyTries(retry_after=-(-(first_ends_at - now) // _MS))
    return subject
