"""What a session has to have proved before its user's factors may change."""

from authme.factors.model import Factor
from authme.factors.store import list_factors
from authme.kernel.clock import CLOCK_SKEW_MS
from authme.kernel.context import BASIC, MFA, USER_LADDER, Context
from authme.kernel.errors import RequirementNotMet, SessionEnded
from authme.sessions import Session
from authme.sessions import store as sessions
from authme.sessions.levels import level_of
from authme.settings import FactorSettings

_MS = 1000


def reachable_level(factors: list[Factor]) -> str:
    """Return the highest rung that a user with these factors can reach: a password and any of them are of two kinds."""
    return MFA if any(one.is_verified for one in factors) else BASIC


async def get_session(ctx: Context) -> Session:
    """Return the session that the bearer token speaks through; raise SessionEnded when it is over."""
    found = await sessions.find_open(ctx.tx, ctx.caller.session_id or "", now=ctx.clock.now_ms())
    if found is None:
        raise SessionEnded
    return found


async def check_highest(ctx: Context) -> Session:
    """Raise RequirementNotMet unless the caller's session proved the highest level that its user can reach."""
    session = await get_session(ctx)
    needed = reachable_level(await list_factors(ctx.tx, ctx.caller.user_id or ""))
    # The token has to say so too: one that was taken before the session was raised must not grow with it.
    if not ctx.caller.has(needed) or session.level is None or USER_LADDER.index(session.level) < USER_LADDER.index(needed):
        raise RequirementNotMet(f"This needs {needed}: prove a second factor first.")
    return session


async def check_fresh(ctx: Context) -> Session:
    """Raise RequirementNotMet unless what was proved a short time ago reaches that level by itself.

    Without this, whoever finds an unlocked telephone could make its owner's account their own: the session in it was begun
    with a password long ago, and codes come to the same telephone.
    """
    session, now = await check_highest(ctx), ctx.clock.now_ms()
    longest_ms = ctx.part(FactorSettings).fresh_seconds * _MS
    # A proof from the future was made before the clock was moved back: it would stay fresh for longer than it may.
    fresh = [method for method, at in session.proofs.items() if -CLOCK_SKEW_MS <= now - at <= longest_ms]
    if session.level is None or USER_LADDER.index(level_of(fresh)) < USER_LADDER.index(session.level):
        minutes = ctx.part(FactorSettings).fresh_seconds // 60
        raise RequirementNotMet(f"This needs {session.level} proved within the last {minutes} minutes: log in again.")
    return session
