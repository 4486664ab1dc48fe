"""UI-13: renew a session's tokens; and tokens of the same session for another application."""

from authme.audit import record
from authme.clients.directory import Clients
from authme.clients.login import issue as issue_to_client
from authme.clients.model import Client
from authme.kernel.context import CLIENT_BASIC, Context
from authme.kernel.errors import (
    ClientCredentialsWrong,
    NotOnThisTarget,
    Refusal,
    SessionEnded,
    TokenNotValid,
    named_in_body_unknown,
)
from authme.kernel.wire import Id, Token, Wire
from authme.sessions import store as sessions
from authme.sign_in.issue import issue
from authme.tokens import refresh
from authme.tokens.model import TokenObject
from authme.users import store as users


class RenewRequest(Wire, frozen=True):
    """UI-13."""

    refresh_token: Token


class ChangeAppRequest(Wire, frozen=True):
    """From which client's session, and for which client."""

    origin_client_id: Id
    client_id: Id


async def renew(ctx: Context, body: RenewRequest) -> TokenObject | Refusal:
    """Take a refresh token and return new tokens of the same session.

    A refresh token is used once. A repeat by the same client within 10 seconds gets the same successor; one after that ends
    the whole session.
    """
    client = await ctx.part(Clients).find_active(ctx.tx, ctx.caller.client_id or "")
    if client is None:
        raise ClientCredentialsWrong
    return await renew_at(ctx, client, body.refresh_token, client_is_proved=False)


async def renew_at(ctx: Context, client: Client, token: str, *, client_is_proved: bool) -> TokenObject | Refusal:
    """Renew at this client. A session without a user is renewed only by the client that proved itself again."""
    rotation = await refresh.find_rotation(ctx, token, client.id)
    if isinstance(rotation, Refusal):
        return rotation
    shown = await _renewed(ctx, client, rotation, client_is_proved=client_is_proved)
    refresh.rotate(ctx, rotation)
    return shown


async def _renewed(ctx: Context, client: Client, rotation: refresh.Rotation, *, client_is_proved: bool) -> TokenObject:
    session = rotation.session
    if session.user_id is None:
        if not client_is_proved or session.client_level != CLIENT_BASIC:
            raise TokenNotValid
        return await issue_to_client(ctx, client, method="refresh", refresh_token=rotation.refresh_token)
    user = await users.find(ctx.tx, session.user_id)
    if user is None or user.status != "ACTIVE":
        raise SessionEnded
    record(ctx, "session.renewed", session.id, user_id=user.id, client_id=client.id)
    return await issue(ctx, client, user, session, scopes=rotation.scopes, refresh_token=rotation.refresh_token)


async def change_app(ctx: Context, body: ChangeAppRequest) -> TokenObject:
    """Return tokens of the caller's session for another first-party client, with that client's scopes.

    Raises NotOnThisTarget when the session does not speak through `originClientId`, and (107) for an unknown target.
    """
    caller = ctx.caller
    if body.origin_client_id != caller.client_id:
        raise NotOnThisTarget("originClientId must be the client that the bearer token was issued to.")
    target = await ctx.part(Clients).find_active(ctx.tx, body.client_id)
    if target is None or not target.first_party:
        raise named_in_body_unknown("clientId", "client")
    session = await sessions.find(ctx.tx, caller.session_id or "")
    user = await users.find(ctx.tx, caller.user_id or "")
    if session is None or user is None:
        raise SessionEnded
    record(ctx, "session.moved", session.id, to_client=target.id)
    return await issue(ctx, target, user, session)
