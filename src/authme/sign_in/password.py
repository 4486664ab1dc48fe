"""UI-05: log a user in with a password."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from authme import sessions
from authme.audit import record
from authme.clients.model import Client
from authme.credentials import store as credentials
from authme.credentials.attempts import Attempts, Guess
from authme.credentials.pool import PasswordPool
from authme.devices import remember_me
from authme.devices import store as devices
from authme.kernel.context import BASIC, CLIENT_IDENTIFIED, Context
from authme.kernel.errors import CredentialLocked, CredentialsWrong, PasswordDue, Refusal, missing
from authme.kernel.http import BasicCredentials, Request
from authme.kernel.wire import TolerantWire
from authme.legacy.model import LegacyLogon
from authme.sessions import Session
from authme.sessions import store as session_store
from authme.sign_in import legacy_store
from authme.sign_in.caller import get_client
from authme.sign_in.first_password import FirstPassword, first_password_of
from authme.sign_in.issue import issue
from authme.sign_in.remember_me import remembered
from authme.sign_in.standing import Standing, find_link, read_standing
from authme.tokens.model import TokenObject
from authme.users import names
from authme.users import store as users
from authme.users.model import User

_METHOD = "password"
_Short = Annotated[str, Meta(max_length=256, description="a text of up to 256 characters")]


class LoginRequest(TolerantWire, frozen=True):
    """What may come with a login. All of it is optional."""

    device_id: _Short | None = None
    device_version: _Short | None = None
    ip: _Short | None = None
    remember_me: bool | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """On what somebody logs in, as far as they say, and whether it is to remember them."""

    id: str | None = None
    version: str | None = None
    remembers: bool = False


@dataclass(frozen=True, slots=True)
class Proved:
    """A user who gave the right password."""

    user: User
    password_changed_at: int | None
    standing: Standing | None
    """How their logon stands, if they have one."""
    first_password: FirstPassword | None = None
    """What the directory is to get, if nobody knows a password there."""
    has_password: bool = True
    """Whether the password is kept here, and not only elsewhere."""


_NO_DEVICE = Device()


async def login(ctx: Context, request: Request, body: LoginRequest) -> TokenObject | Refusal:
    """Log a user in by HTTP Basic with any verified name and the password.

    The credentials are also taken without the word `Basic` before them. With `rememberMe`, which needs a `deviceId`, the
    answer has a `rememberMeToken` that logs in on this device the next time (UI-08).
    """
    client = await get_client(ctx)
    given, device = read_login(request, body)
    return await login_at(ctx, client, given, device)


def read_login(request: Request, body: LoginRequest) -> tuple[BasicCredentials, Device]:
    """Return the credentials of a login and the device; raise CredentialsWrong without them."""
    if body.remember_me and not body.device_id:
        raise missing("deviceId")
    given = request.basic(bare=True)
    if given is None:
        raise CredentialsWrong
    return given, Device(body.device_id or None, body.device_version or None, remembers=bool(body.remember_me))


async def login_at(ctx: Context, client: Client, given: BasicCredentials, device: Device = _NO_DEVICE) -> TokenObject | Refusal:
    """Check the password, start a session at the client, issue its tokens; a refusal is to be returned, so that it counts."""
    proved = await prove_password(ctx, client, given)
    if isinstance(proved, Refusal):
        return proved
    session = new_session(ctx, client, proved.user, device)
    return await enter(ctx, client, session, proved, device, method=_METHOD)


def new_session(ctx: Context, client: Client, user: User, device: Device) -> Session:
    """Return the session that a password begins, not kept yet."""
    return sessions.start(
        ctx,
        user_id=user.id,
        client_id=client.id,
        level=BASIC,
        client_level=CLIENT_IDENTIFIED,
        amr=("pwd",),
        business_id=user.business_id,
        device_id=device.id,
        is_kept=False,
    )


async def enter(ctx: Context, client: Client, session: Session, proved: Proved, device: Device, *, method: str) -> TokenObject:
    """Keep a session and issue its tokens. Raises CredentialsWrong if the user or the password was changed meanwhile."""
    user = proved.user
    shown = await issue(ctx, client, user, session)
    await session_store.insert_session_now(ctx.tx, session)
    # While the password was hashed somebody may have changed it, or locked the user, and ended every session but this one.
    if proved.has_password:
        is_unchanged = await users.may_still_log_in(ctx.tx, user, password_changed_at=proved.password_changed_at)
    else:
        is_unchanged = await legacy_store.is_unchanged(ctx.tx, user)
    if not is_unchanged:
        raise CredentialsWrong
    if proved.standing is not None:
        await proved.standing.note(ctx)
    if proved.first_password is not None:
        await proved.first_password.order(ctx)
    return logged_in(ctx, session, shown, device, method=method)


def logged_in(ctx: Context, session: Session, shown: TokenObject, device: Device, *, method: str) -> TokenObject:
    """Record a login, and return its tokens, with what logs in on the device the next time if that is wanted."""
    user_id, client_id = session.user_id or "", session.client_id
    record(ctx, "user.login", user_id, user_id=user_id, client_id=client_id, method=method)
    if device.id is None:
        return shown
    if device.remembers:
        token = remember_me.begin_series(ctx, user_id=user_id, client_id=client_id, device_id=device.id)
        shown = remembered(shown, token)
    devices.touch(ctx.tx, user_id, device.id, now=ctx.clock.now_ms(), version=device.version)
    return shown


async def prove_password(ctx: Context, client: Client, given: BasicCredentials) -> Proved | Refusal:
    """Check a name and password.

    An unknown name, a wrong password, and a user who cannot log in with a wrong password get one answer after the same work.
    Only the right password learns that a credential is locked, or that the user's logon is revoked. Raises TooManyTries before
    any work.
    """
    attempts, pool = ctx.part(Attempts), ctx.part(PasswordPool)
    meant = names.candidates(given.name)
    guess = await attempts.begin(ctx, meant[0].key if meant else given.name, client_id=client.id)
    found = await users.find_by_name(ctx.tx, meant)
    stored = found.password_hash if found else None
    if not await pool.verify(given.password, stored) or found is None or stored is None:
        attempts.failed(ctx, guess)
        return refused(ctx, CredentialsWrong(), found.user if found else None, "wrong password" if found else "unknown name")
    return await check_right(ctx, guess, found, given.password)


async def check_right(
    ctx: Context, guess: Guess, found: users.Login, password: str, *, link: LegacyLogon | None = None, method: str = _METHOD
) -> Proved | Refusal:
    """Say what follows from the right password that is kept here; `link` is the user's logon, if it was read already."""
    attempts, pool, user = ctx.part(Attempts), ctx.part(PasswordPool), found.user
    if user.status == "LOCKED":
        return refused(ctx, CredentialLocked(), user, "locked", method=method)
    if user.status != "ACTIVE":
        attempts.failed(ctx, guess)
        return refused(ctx, CredentialsWrong(), user, "not active", method=method)
    attempts.succeeded(ctx, guess)
    if found.password_hash is not None and pool.needs_rehash(found.password_hash):
        again = await pool.hash_again(password, was=found.password_hash)
        credentials.rehash(ctx.tx, user.id, was=found.password_hash, becomes=again)
    link = link or await find_link(ctx, user)
    standing = await read_standing(ctx, link) if link is not None else None
    if standing is not None and standing.is_revoked:
        await standing.note(ctx)
        return refused(ctx, CredentialLocked(), user, "revoked", method=method)
    if found.must_change:
        return refused(ctx, PasswordDue(), user, "password due", method=method)
    return Proved(user, found.password_changed_at, standing, first_password_of(link, password, found.password_changed_at))


def refused(ctx: Context, refusal: Refusal, user: User | None, reason: str, *, method: str = _METHOD) -> Refusal:
    """Record a refused login; to be returned."""
    target = user.id if user else None
    record(ctx, "user.login", target, result="REFUSED", user_id=target, method=method, reason=reason)
    return refusal
