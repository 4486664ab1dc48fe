"""UI-05: log a user in with a password."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from authme import sessions
from authme.audit import record
from authme.clients.model import Client
from authme.credentials import store as credentials
from authme.credentials.attempts import Attempts
from authme.credentials.pool import PasswordPool
from authme.devices import remember_me
from authme.devices import store as devices
from authme.kernel.context import BASIC, CLIENT_IDENTIFIED, Context
from authme.kernel.errors import CredentialLocked, CredentialsWrong, PasswordDue, Refusal, missing
from authme.kernel.http import BasicCredentials, Request
from authme.kernel.wire import TolerantWire
from authme.sessions import store as session_store
from authme.sign_in.caller import get_client
from authme.sign_in.issue import issue
from authme.sign_in.remember_me import remembered
from authme.tokens.model import TokenObject
from authme.users import names
from authme.users import store as users
from authme.users.model import User

_Short = Annotated[str, Meta(max_length=256, description="a text of up to 256 characters")]


class LoginRequest(TolerantWire, frozen=True):
    """What may come with a login. All of it is optional."""

    device_id: _Short | None = None
    device_version: _Short | None = None
    ip: _Short | None = None
    remember_me: bool | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """A user who gave the right password."""

    user: User
    password_changed_at: int | None


async def login(ctx: Context, request: Request, body: LoginRequest) -> TokenObject | Refusal:
    """Log a user in by HTTP Basic with any verified name and the password.

    The credentials are also taken without the word `Basic` before them. With `rememberMe`, which needs a `deviceId`, the
    answer has a `rememberMeToken` that logs in on this device the next time (UI-08).
    """
    client = await get_client(ctx)
    if body.remember_me and not body.device_id:
        raise missing("deviceId")
    given = request.basic(bare=True)
    if given is None:
        raise CredentialsWrong
    return await login_at(
        ctx,
        client,
        given,
        device_id=body.device_id or None,
        device_version=body.device_version or None,
        remembers=bool(body.remember_me),
    )


async def login_at(
    ctx: Context,
    client: Client,
    given: BasicCredentials,
    *,
    device_id: str | None = None,
    device_version: str | None = None,
    remembers: bool = False,
) -> TokenObject | Refusal:
    """Check the password, start a session at the client, issue its tokens; a refusal is to be returned, so that it counts."""
    proved = await prove_password(ctx, client, given)
    if isinstance(proved, Refusal):
        return proved
    user = proved.user
    session = sessions.start(
        ctx,
        user_id=user.id,
        client_id=client.id,
        level=BASIC,
        client_level=CLIENT_IDENTIFIED,
        amr=("pwd",),
        business_id=user.business_id,
        device_id=device_id,
        is_kept=False,
    )
    shown = await issue(ctx, client, user, session)
    await session_store.insert_session_now(ctx.tx, session)
    # While the password was hashed somebody may have changed it, or locked the user, and ended every session but this one.
    if not await users.may_still_log_in(ctx.tx, user, password_changed_at=proved.password_changed_at):
        raise CredentialsWrong
    record(ctx, "user.login", user.id, user_id=user.id, client_id=client.id, method="password")
    if device_id is None:
        return shown
    if remembers:
        token = remember_me.begin_series(ctx, user_id=user.id, client_id=client.id, device_id=device_id)
        shown = remembered(shown, token)
    devices.touch(ctx.tx, user.id, device_id, now=ctx.clock.now_ms(), version=device_version)
    return shown


async def prove_password(ctx: Context, client: Client, given: BasicCredentials) -> Proved | Refusal:
    """Check a name and password.

    An unknown name, a wrong password, and a user who cannot log in with a wrong password get one answer after the same work.
    Only the right password learns that a credential is locked. Raises TooManyTries before any work.
    """
    attempts, pool = ctx.part(Attempts), ctx.part(PasswordPool)
    meant = names.candidates(given.name)
    guess = await attempts.begin(ctx, meant[0].key if meant else given.name, client_id=client.id)
    found = await users.find_by_name(ctx.tx, meant)
    stored = found.password_hash if found else None
    if not await pool.verify(given.password, stored) or found is None or stored is None:
        attempts.failed(ctx, guess)
        return _refused(ctx, CredentialsWrong(), found.user if found else None, "wrong password" if found else "unknown name")
    user = found.user
    if user.status == "LOCKED":
        return _refused(ctx, CredentialLocked(), user, "locked")
    if user.status != "ACTIVE":
        attempts.failed(ctx, guess)
        return _refused(ctx, CredentialsWrong(), user, "not active")
    attempts.succeeded(ctx, guess)
    if pool.needs_rehash(stored):
        credentials.rehash(ctx.tx, user.id, was=stored, becomes=await pool.hash(given.password))
    if found.must_change:
        return _refused(ctx, PasswordDue(), user, "password due")
    return Proved(user, found.password_changed_at)


def _refused(ctx: Context, refusal: Refusal, user: User | None, reason: str) -> Refusal:
    target = user.id if user else None
    record(ctx, "user.login", target, result="REFUSED", user_id=target, method="password", reason=reason)
    return refusal
