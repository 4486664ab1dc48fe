"""Start the session that a code proves."""

from authme import sessions
from authme.clients.model import Client
from authme.kernel.context import CLIENT_IDENTIFIED, Context
from authme.sessions import Session
from authme.sessions.levels import level_of
from authme.sign_in.issue import issue
from authme.tokens.model import TokenObject
from authme.users.model import User


async def start_by_code(
    ctx: Context, client: Client, user: User, contact_type: str, *, links: str | None = None
) -> tuple[Session, TokenObject]:
    """Start a session by a code to a contact of this type, and sign its tokens before anything else is written.

    `links` is a logon that this unit of work makes the user's.
    """
    methods = ("otp",) if contact_type == "EMAIL" else ("sms",)
    session = sessions.start(
        ctx,
        user_id=user.id,
        client_id=client.id,
        level=level_of(methods),
        client_level=CLIENT_IDENTIFIED,
        amr=methods,
        business_id=user.business_id,
    )
    return session, await issue(ctx, client, user, session, links=links)
