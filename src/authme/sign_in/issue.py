"""The tokens of a session: what its client, its user and its level put into them."""

from authme.clients.model import Client
from authme.kernel.context import USER_LADDER, Context, rungs
from authme.sessions.model import Session
from authme.tokens import refresh
from authme.tokens.mint import mint
from authme.tokens.model import TokenObject
from authme.users.model import User

_MS = 1000


async def issue(
    ctx: Context,
    client: Client,
    user: User,
    session: Session,
    *,
    scopes: tuple[str, ...] | None = None,
    refresh_token: str | None = None,
) -> TokenObject:
    """Return the token object for a user's session at a client.

    Without `refresh_token` (the successor, at a renewal) a first one is issued. A user's token carries the client as
    identified only, even if the client proved its secret on the way: the token may be handed to a browser or telephone,
    which must not come to hold what operations grant to the service itself.
    """
    granted = client.scopes if scopes is None else scopes
    return await mint(
        ctx,
        client.token_profile,
        subject=user.id,
        scope=granted,
        atoms=client.atoms("CLI-AUTH-IDENTIFIED") | rungs(USER_LADDER, session.level) | user.atoms | frozenset(session.extra),
        refresh_token=refresh_token or refresh.issue(ctx, session, client.id, granted),
        app_id=client.app_id,
        service_id=client.service_account_id,
        business_unit_id=client.business_unit_id,
        organization_id=user.organization_id or client.organization_id,
        user_id=user.id,
        business_id=session.business_id or user.business_id,
        client_id_default=session.client_id,
        customer_id=user.customer_id,
        sid=session.id,
        auth_time=session.auth_at // _MS,
        amr=session.amr,
        acr=session.level,
    )
