"""The caller's client, session and user, as they are kept."""

from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.kernel.context import USER_LADDER, Context, rungs
from authme.kernel.errors import ClientCredentialsWrong, RequirementNotMet, SessionEnded
from authme.sessions import Session
from authme.sessions import store as sessions
from authme.users import store as users
from authme.users.model import User


async def get_client(ctx: Context) -> Client:
    """Return the client that the request speaks for; raise ClientCredentialsWrong when it is gone."""
    found = await ctx.part(Clients).find_active(ctx.tx, ctx.caller.client_id or "")
    if found is None:
        raise ClientCredentialsWrong
    return found


async def get_session_and_user(ctx: Context) -> tuple[Session, User]:
    """Return the session that the bearer token speaks through and its user; raise SessionEnded when either is gone."""
    session = await sessions.find_open(ctx.tx, ctx.caller.session_id or "", now=ctx.clock.now_ms())
    user = await users.find(ctx.tx, ctx.caller.user_id or "")
    if session is None or user is None or user.status != "ACTIVE":
        raise SessionEnded
    return session, user


async def get_session_of_newest_token(ctx: Context) -> tuple[Session, User]:
    """Return the session and its user for whoever wants more tokens of it; raise SessionEnded when either is gone.

    Raises RequirementNotMet when the session has proved more than the calling token says: without this, a token that leaked
    before its owner proved a second factor would be changed into one that has proved it.
    """
    session, user = await get_session_and_user(ctx)
    if not ctx.caller.atoms.issuperset({*rungs(USER_LADDER, session.level), *session.extra}):
        raise RequirementNotMet("The session has proved more since this token was issued; use its newest token.")
    return session, user
