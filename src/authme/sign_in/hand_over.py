"""UI-03 and UI-07: hand a session over to another application by a value that is good once."""

import hmac
from datetime import timedelta

import msgspec

from authme.audit import record
from authme.challenges import Challenge, open_challenge
from authme.challenges import store as challenges
from authme.challenges.open import digest_of
from authme.clients.model import Client
from authme.crypto.digests import Digester
from authme.crypto.secrets import new_secret
from authme.devices import store as devices
from authme.kernel.context import Context
from authme.kernel.errors import TokenNotValid
from authme.kernel.http import Request
from authme.kernel.ids import is_id
from authme.kernel.wire import Answer, Id, Text, Wire
from authme.sessions import store as sessions
from authme.sign_in.caller import get_client, get_session_of_newest_token
from authme.sign_in.change_app import TARGET, get_target, scopes_at
from authme.sign_in.issue import issue
from authme.tokens.model import TokenObject
from authme.users import store as users

_LIFE = timedelta(seconds=60)


class ParamRequest(Wire, frozen=True):
    """UI-03: for which client, without it the calling one, and for which device, without it any."""

    target_client_id: Id | None = None
    device_id: Text | None = None


class Param(Answer, frozen=True):
    """A value for UI-07. `expiresIn` has the form that the client's token objects have."""

    param: str
    expires_in: str


class RedeemRequest(Wire, frozen=True):
    """UI-07. All of it is optional; a `param` that was made for a device is good with its `deviceId` only."""

    device_token_id: Text | None = None
    device_id: Text | None = None
    device_version: Text | None = None


class _Bound(msgspec.Struct, frozen=True):
    """What a param is bound to beside its challenge's own columns; kept with the challenge as JSON."""

    device_id: str | None
    scopes: tuple[str, ...]


async def generate_param(ctx: Context, body: ParamRequest) -> Param:
    """Return a value that brings the caller's session to a first-party client: once, within 60 seconds.

    Raises (107) for an unknown client.
    """
    client = await get_client(ctx)
    target = await get_target(ctx, body.target_client_id or client.id, field=TARGET)
    session, user = await get_session_of_newest_token(ctx)
    secret = new_secret()
    opened = open_challenge(
        ctx,
        purpose="HAND_OVER",
        subject=user.id,
        session_id=session.id,
        client_id=target.id,
        life=_LIFE,
        code=secret,
        data=msgspec.json.encode(_Bound(body.device_id, scopes_at(ctx, session, client, target))).decode(),
    )
    record(ctx, "session.offered", session.id, to_client=target.id)
    seconds = int(_LIFE.total_seconds())
    expires_in = ctx.clock.now() + seconds if client.expires_in_format == "EPOCH" else seconds
    return Param(param=f"{opened.id}.{secret}", expires_in=str(expires_in))


async def redeem_param(ctx: Context, request: Request, body: RedeemRequest) -> TokenObject:
    """Take the value in the header `param` and return tokens of the session that it was made in, for this client.

    One answer to all that is wrong: another client or device, a used or expired value, a session that has ended.
    """
    client = await get_client(ctx)
    opened = await _find(ctx, request.headers.get("param", ""))
    bound = _fitting(opened, client, body)
    if opened is None or bound is None:
        raise TokenNotValid
    session = await sessions.find_open(ctx.tx, opened.session_id or "", now=ctx.clock.now_ms())
    user = await users.find(ctx.tx, opened.subject)
    if session is None or user is None or user.status != "ACTIVE":
        raise TokenNotValid
    # Signed before the first write: on SQLite everybody else waits from there on.
    scopes = tuple(scope for scope in client.scopes if scope in bound.scopes)
    shown = await issue(ctx, client, user, session, scopes=scopes)
    if not await challenges.use(ctx.tx, opened.id, now=ctx.clock.now_ms()):
        raise TokenNotValid
    if body.device_id is not None:
        version, token_id = body.device_version, body.device_token_id
        devices.touch(ctx.tx, user.id, body.device_id, now=ctx.clock.now_ms(), version=version, token_id=token_id)
    record(ctx, "session.moved", session.id, user_id=user.id, to_client=client.id)
    return shown


async def _find(ctx: Context, param: str) -> Challenge | None:
    """Return what this server made the value for. A wrong one is not counted: nobody guesses 256 bits."""
    challenge_id, _, secret = param.partition(".")
    found = await challenges.find(ctx.tx, challenge_id) if is_id(challenge_id) else None
    if found is None or found.purpose != "HAND_OVER" or found.code_hash is None:
        return None
    return found if hmac.compare_digest(digest_of(ctx.part(Digester), found.id, secret), found.code_hash) else None


def _fitting(opened: Challenge | None, client: Client, body: RedeemRequest) -> _Bound | None:
    """Return what the value is bound to, if it is for this client and this device; whether it is still good shows its use."""
    if opened is None or opened.client_id != client.id:
        return None
    bound = msgspec.json.decode(opened.data or "", type=_Bound)
    return bound if bound.device_id in {None, body.device_id} else None
