"""The caller's client, session and user, as they are kept."""

from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.kernel.context import Context
from authme.kernel.errors import ClientCredentialsWrong, SessionEnded
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
