"""UI-15: a signed-in person changes their password."""

from authme.audit import record
from authme.credentials import store as credentials
from authme.credentials.attempts import USER, Attempts
from authme.credentials.pool import PasswordPool
from authme.devices.end import end_all
from authme.kernel.context import Context
from authme.kernel.errors import CredentialsWrong, PasswordNotAccepted, Refusal, StateForbids
from authme.kernel.wire import Password, Wire
from authme.legacy.commands import order_password
from authme.legacy.model import LegacyLogon
from authme.legacy.secret import is_same
from authme.users import store
from authme.users.new_password import hash_password_of
from authme.users.password_there import find_logon_to_ask, is_right_there, keep_beside
from authme.users.tell import tell


class ChangePasswordRequest(Wire, frozen=True):
    """The password of today and the one to come."""

    current_password: Password
    new_password: Password


async def change_password(ctx: Context, body: ChangePasswordRequest) -> Refusal | None:
    """Change the password and end the person's other sessions, and whatever remembers them on a device.

    A wrong current password is counted as a failed login is, so that a borrowed session cannot guess it. Of somebody who has
    none here the directory of their logon is asked. Raises PasswordNotAccepted (501), and StateForbids when the password was
    changed meanwhile.
    """
    user_id = ctx.caller.user_id or ""
    attempts = ctx.part(Attempts)
    guess = await attempts.begin(ctx, user_id, client_id=ctx.caller.client_id or "", kind=USER)
    stored = await credentials.find_hash(ctx.tx, user_id)
    logon = await find_logon_to_ask(ctx, user_id) if stored is None else None
    if not await _is_right(ctx, body.current_password, stored, logon):
        attempts.failed(ctx, guess)
        record(ctx, "user.password_changed", user_id, result="REFUSED", reason="wrong password")
        return CredentialsWrong("The current password is wrong.")
    if await _stays(ctx, body, stored, logon):
        raise PasswordNotAccepted("The new password is the same as before.")
    becomes = await hash_password_of(ctx, user_id, body.new_password)
    # First, as by a reset and whoever answers a challenge: two units that wait for each other would both be undone.
    if not await store.hold(ctx.tx, user_id):
        raise StateForbids("The user was removed meanwhile.")
    now = ctx.clock.now_ms()
    if not await _keep(ctx, user_id, stored, logon, becomes, now):
        raise StateForbids("The password was changed meanwhile.")
    await order_password(ctx, user_id, body.new_password, changed_at=now)
    attempts.succeeded(ctx, guess)
    await end_all(ctx, user_id, reason="password changed", but=ctx.caller.session_id or "")
    await tell(ctx, user_id, "password_changed")
    record(ctx, "user.password_changed", user_id)
    return None


async def _is_right(ctx: Context, password: str, stored: str | None, logon: LegacyLogon | None) -> bool:
    if logon is not None:
        return await is_right_there(ctx, logon, password)
    return await ctx.part(PasswordPool).verify(password, stored)


async def _stays(ctx: Context, body: ChangePasswordRequest, stored: str | None, logon: LegacyLogon | None) -> bool:
    """Whether the new password is the one of today."""
    if logon is not None:
        return is_same(body.current_password, body.new_password)
    return await ctx.part(PasswordPool).verify(body.new_password, stored)


async def _keep(ctx: Context, user_id: str, stored: str | None, logon: LegacyLogon | None, becomes: str, now: int) -> bool:
    """Keep the new password; False if it was changed meanwhile."""
    if logon is not None:
        return await keep_beside(ctx, logon, becomes, now=now)
    return await credentials.change_hash(ctx.tx, user_id, was=stored or "", becomes=becomes, now=now)
