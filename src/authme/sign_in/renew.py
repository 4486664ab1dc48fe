"""UI-13 and UI-09: renew a session's tokens."""

from dataclasses import replace

import msgspec

from authme.audit import record
from authme.clients.model import Client
from authme.kernel.context import CLIENT_BASIC, Context
from authme.kernel.errors import Refusal, SessionEnded, TokenNotValid, malformed, missing
from authme.kernel.wire import Text, Token, Wire
from authme.sessions import store as sessions
from authme.sign_in.caller import get_client
from authme.sign_in.client_tokens import issue as issue_to_client
from authme.sign_in.issue import issue
from authme.sign_in.saml_renew import enter_by_renew_app_token
from authme.tokens import refresh
from authme.tokens.model import TokenObject
from authme.users import store as users
from authme.users.model import User


class RenewRequest(Wire, frozen=True):
    """UI-13: a refresh token, or the value that UI-29 gives; one of them."""

    refresh_token: Token | None = None
    renew_app_token: Token | None = None


class RenovateRequest(Wire, frozen=True):
    """UI-09: `deviceId` is the device that the session is on."""

    refresh_token: Token
    device_id: Text | None = None


async def renew(ctx: Context, body: RenewRequest) -> TokenObject | Refusal:
    """Take a refresh token and return new tokens of the same session; or the value of UI-29, and begin the session.

    A refresh token is used once. A repeat by the same client within 10 seconds gets the same successor; one after that ends
    the whole session. The value of UI-29 is good once, at the client that it was given to.
    """
    if body.refresh_token is not None and body.renew_app_token is not None:
        raise malformed("renewAppToken", "nothing is expected beside `refreshToken`")
    if body.renew_app_token is not None:
        return await enter_by_renew_app_token(ctx, await get_client(ctx), body.renew_app_token)
    if body.refresh_token is None:
        raise missing("refreshToken")
    return await renew_at(ctx, await get_client(ctx), body.refresh_token, client_is_proved=False)


async def renovate(ctx: Context, body: RenovateRequest) -> TokenObject | Refusal:
    """Renew as UI-13 does, and bring the session to the business that the user belongs to now.

    A session that began on a device is not renewed on another.
    """
    client = await get_client(ctx)
    rotation = await refresh.find_rotation(ctx, body.refresh_token, client.id)
    if isinstance(rotation, Refusal):
        return rotation
    session = rotation.session
    if session.user_id is None or (body.device_id is not None and session.device_id not in {None, body.device_id}):
        raise TokenNotValid
    user = await _get_user(ctx, session.user_id)
    if session.business_id != user.business_id:
        sessions.move(ctx.tx, session.id, user.business_id)
        rotation = replace(rotation, session=msgspec.structs.replace(session, business_id=user.business_id))
    return await _renewed(ctx, client, user, rotation)


async def renew_at(ctx: Context, client: Client, token: str, *, client_is_proved: bool) -> TokenObject | Refusal:
    """Renew at this client. A session without a user is renewed only by the client that proved itself again."""
    rotation = await refresh.find_rotation(ctx, token, client.id)
    if isinstance(rotation, Refusal):
        return rotation
    session = rotation.session
    if session.user_id is not None:
        return await _renewed(ctx, client, await _get_user(ctx, session.user_id), rotation)
    if not client_is_proved or session.client_level != CLIENT_BASIC:
        raise TokenNotValid
    shown = await issue_to_client(ctx, client, method="refresh", refresh_token=rotation.refresh_token)
    refresh.rotate(ctx, rotation)
    return shown


async def _get_user(ctx: Context, user_id: str) -> User:
    user = await users.find(ctx.tx, user_id)
    if user is None or user.status != "ACTIVE":
        raise SessionEnded
    return user


async def _renewed(ctx: Context, client: Client, user: User, rotation: refresh.Rotation) -> TokenObject:
    # Whoever has left the business acts for it no more, nor when they come back.
    acts_for = rotation.acts_for if rotation.acts_for == user.business_id else None
    record(ctx, "session.renewed", rotation.session.id, user_id=user.id, client_id=client.id, acts_for=acts_for)
    shown = await issue(
        ctx,
        client,
        user,
        rotation.session,
        scopes=rotation.scopes,
        acts_for=acts_for,
        refresh_token=rotation.refresh_token,
    )
    refresh.rotate(ctx, replace(rotation, acts_for=acts_for))
    return shown
