"""UI-08: log a person in on a device that remembers them."""

import msgspec

from authme import sessions
from authme.audit import record
from authme.devices import remember_me
from authme.devices import store as devices
from authme.devices.model import Series
from authme.kernel.context import CLIENT_IDENTIFIED, Context
from authme.kernel.errors import Refusal, TokenNotValid
from authme.kernel.wire import Text, Token, Wire
from authme.sessions import Session
from authme.sessions import store as session_store
from authme.sessions.levels import level_of
from authme.sign_in.caller import get_client
from authme.sign_in.issue import sign
from authme.sign_in.standing import find_link, read_standing
from authme.tokens import refresh
from authme.tokens.model import TokenObject
from authme.users import store as users
from authme.users.model import User
from authme.users.tell import tell

_METHOD = "remember-me"
_TWICE = "remember-me token used twice"


class RememberMeRequest(Wire, frozen=True):
    """UI-08."""

    remember_me_token: Token
    device_id: Text


class RememberedTokens(TokenObject, frozen=True, kw_only=True):
    """The token object, and what logs in on this device the next time, where that was asked for."""

    remember_me_token: str | None = None


def remembered(shown: TokenObject, remember_me_token: str, *, refresh_token: str | None = None) -> RememberedTokens:
    """Return the token object with a remember-me token in it, and this refresh token if it has none."""
    fields = msgspec.structs.asdict(shown)
    fields["refresh_token"] = shown.refresh_token or refresh_token
    return RememberedTokens(**fields, remember_me_token=remember_me_token)


async def log_in_again(ctx: Context, body: RememberMeRequest) -> RememberedTokens | Refusal:
    """Log in by a remember-me token of this device and client, which is used up, and return the next one.

    `AUTH-BASIC` on a device that the user has associated (UI-10), `AUTH-IDENTIFIED` on any other. A used token that is
    presented again has two holders: nobody is remembered on the device any more, its sessions end, and the user is told. Any
    other token is refused and changes nothing, as is one of a user whose logon is revoked on the mainframe.
    """
    client = await get_client(ctx)
    presented = await remember_me.find_presented(ctx, body.remember_me_token)
    if presented is None or presented.series.client_id != client.id or presented.series.device_id != body.device_id:
        raise TokenNotValid
    series = presented.series
    user = await users.find(ctx.tx, series.user_id)
    if user is None or user.status != "ACTIVE":
        raise TokenNotValid
    link = await find_link(ctx, user)
    standing = await read_standing(ctx, link) if link is not None else None
    if standing is not None and standing.is_revoked:
        await standing.note(ctx)
        return _revoked(ctx, user)
    session = await _session(ctx, series, user)
    # Signed before the first write: on SQLite everybody else waits from there on.
    shown = await sign(ctx, client, user, session, scopes=client.scopes)
    successor = await remember_me.rotate(ctx, presented)
    if successor is None:
        return await _stolen(ctx, series)
    if standing is not None:
        await standing.note(ctx)
    session_store.insert_session(ctx.tx, session)
    devices.touch(ctx.tx, user.id, series.device_id, now=ctx.clock.now_ms())
    record(ctx, "user.login", user.id, user_id=user.id, client_id=client.id, method=_METHOD, level=session.level)
    return remembered(shown, successor, refresh_token=refresh.issue(ctx, session, client.id, client.scopes))


async def _session(ctx: Context, series: Series, user: User) -> Session:
    """Return the session that the series is to begin, not kept yet.

    Its user was proved when the series began: what needs a fresh proof takes none from a token that lies on a device.
    """
    methods = ("device",) if await devices.find_device(ctx.tx, user.id, series.device_id) else ()
    return sessions.start(
        ctx,
        user_id=user.id,
        client_id=series.client_id,
        level=level_of(methods),
        client_level=CLIENT_IDENTIFIED,
        amr=methods,
        business_id=user.business_id,
        device_id=series.device_id,
        auth_at=min(series.created_at, ctx.clock.now_ms()),
        is_kept=False,
    )


def _revoked(ctx: Context, user: User) -> TokenNotValid:
    """Refuse whoever the mainframe lets in no more, as a user who is locked; to be returned, so that it is remembered."""
    record(ctx, "user.login", user.id, result="REFUSED", user_id=user.id, method=_METHOD, reason="revoked")
    return TokenNotValid()


async def _stolen(ctx: Context, series: Series) -> TokenNotValid:
    """End what the series may have given to whom it was not for; to be returned, so that it is kept.

    Of several who find out at once one does so. A series that has ended meanwhile, by a logout or a lock, was not stolen.
    """
    if await devices.end_series(ctx.tx, series.id):
        await sessions.end_all_on_device(ctx, series.user_id, series.device_id, reason=_TWICE)
        record(ctx, "remember_me.ended", series.user_id, result="REFUSED", user_id=series.user_id, reason=_TWICE)
        await tell(ctx, series.user_id, "remember_me_stolen")
    return TokenNotValid()
