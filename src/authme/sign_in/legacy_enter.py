"""Let in whoever proved a legacy logon: link it the first time, and keep the password if it is to be kept."""

from dataclasses import dataclass
from typing import Final

import msgspec

from authme.audit import record
from authme.clients.model import Client
from authme.credentials import store as credentials
from authme.credentials.pool import PasswordPool
from authme.devices.end import end_all
from authme.kernel.context import Context
from authme.kernel.errors import CredentialLocked, CredentialsWrong, Refusal, Unavailable
from authme.legacy import store as logons
from authme.legacy.directories import Directories
from authme.legacy.model import Entry
from authme.legacy.secret import hash_secret
from authme.sessions import Session
from authme.sessions import store as session_store
from authme.settings import LegacySettings
from authme.sign_in.first_password import FirstPassword
from authme.sign_in.issue import sign
from authme.sign_in.legacy_link import Link
from authme.sign_in.legacy_store import Known, find_known, is_password_unchanged
from authme.sign_in.link_logon import plan_link
from authme.sign_in.password import Device, Proved, enter, logged_in, new_session, refused
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.sign_in.standing import Standing
from authme.tokens import refresh
from authme.tokens.model import TokenObject
from authme.users import store as users
from authme.users.model import User

_METHOD: Final = "legacy"
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class ProvedLogon:
    """A logon whose password was proved."""

    logon: str
    known: Known | None
    """Whose it is; None for nobody's so far."""
    standing: Standing | None
    is_new_here: bool
    """Whether it was the directory that said so, and not a password that is kept here."""
    first_password: FirstPassword | None = None
    """What the directory is to get, if nobody knows a password there."""

    @property
    def user(self) -> User | None:
        """Whose it is."""
        return self.known.user if self.known is not None else None


@dataclass(frozen=True, slots=True)
class _Login:
    """Somebody who is let in."""

    client: Client
    device: Device
    proved: ProvedLogon
    password_hash: str | None
    """What is to be kept of the password."""


async def enter_by_logon(
    ctx: Context, client: Client, device: Device, proved: ProvedLogon, password: str
) -> TokenObject | Refusal:
    """Start the session of whoever proved a logon, and issue its tokens; a refusal is to be returned."""
    login = _Login(client, device, proved, await _hash_to_keep(ctx, proved, password))
    if proved.known is not None:
        return await _enter_known(ctx, login, proved.known, proved.standing)
    entry = await _find_entry(ctx, proved.logon)
    if entry is None or entry.is_revoked:
        return refused(ctx, CredentialLocked(), None, "revoked", method=_METHOD)
    for _ in range(_TRIES):
        # Of two who log in at once one is first: the other is then known, too.
        known = await find_known(ctx.tx, proved.logon)
        if known is not None:
            return await _enter_known_by_now(ctx, login, known)
        try:
            return await _enter_linked(ctx, login, entry)
        except ChangedMeanwhile:
            continue
    raise Unavailable("The logon is being changed.")


async def _hash_to_keep(ctx: Context, proved: ProvedLogon, password: str) -> str | None:
    """Return the hash before anything is written: it is slow."""
    is_kept = proved.is_new_here and ctx.part(LegacySettings).legacy_keeps_passwords
    known = proved.known
    # A password of their own, which never was the directory's, stays as it is.
    has_own = known is not None and known.has_password and not known.is_in_sync
    return await hash_secret(ctx.part(PasswordPool), password) if is_kept and not has_own else None


async def _find_entry(ctx: Context, logon: str) -> Entry | None:
    directory = ctx.part(Directories).to_ask(ctx, logon)
    return await directory.find(logon) if directory is not None else None


async def _enter_linked(ctx: Context, login: _Login, entry: Entry) -> TokenObject | Refusal:
    """Link the logon and log its user in. The tokens are signed before anything is written: on SQLite everybody else waits."""
    link = await plan_link(ctx, entry)
    if isinstance(link, Refusal):
        return refused(ctx, link, None, "not linked", method=_METHOD)
    session = new_session(ctx, login.client, link.user, login.device)
    shown = await sign(ctx, login.client, link.user, session, scopes=login.client.scopes, links=entry.logon)
    is_kept, now = login.password_hash is not None and not link.has_password, ctx.clock.now_ms()
    await link.write(ctx, synced_at=now if is_kept else None)
    if login.password_hash is not None and is_kept:
        await _put(ctx, link, login.password_hash)
    await session_store.insert_session_now(ctx.tx, session)
    token = refresh.issue(ctx, session, login.client.id, login.client.scopes)
    return logged_in(ctx, session, msgspec.structs.replace(shown, refresh_token=token), login.device, method=_METHOD)


async def _put(ctx: Context, link: Link, password_hash: str) -> None:
    recovered_by = None if link.is_of_nobody else await credentials.find_recovered_by(ctx.tx, link.user.id)
    credentials.put(ctx.tx, link.user.id, password_hash, ctx.clock.now_ms(), recovered_by=recovered_by)


async def _enter_known_by_now(ctx: Context, login: _Login, known: Known) -> TokenObject | Refusal:
    """Let in whoever proved the logon while it was nobody's, unless what they proved is over by now."""
    if known.link.is_revoked:
        return refused(ctx, CredentialLocked(), known.user, "revoked", method=_METHOD)
    # Two first logins order nothing; a password that was set since does, and so does a lock.
    if known.link.command_no > 0:
        return refused(ctx, CredentialsWrong(), known.user, "changed meanwhile", method=_METHOD)
    return await _enter_known(ctx, login, known, None, is_up_to_date=True)


async def _enter_known(
    ctx: Context, login: _Login, known: Known, standing: Standing | None, *, is_up_to_date: bool = False
) -> TokenObject:
    if known.user.status not in {"ACTIVE", "PENDING"}:
        raise CredentialsWrong
    session = new_session(ctx, login.client, known.user, login.device)
    proved = Proved(
        known.user, known.password_changed_at, standing, login.proved.first_password, has_password=known.has_password
    )
    shown = await enter(ctx, login.client, session, proved, login.device, method=_METHOD)
    if login.proved.is_new_here and not await is_password_unchanged(ctx.tx, known.link):
        raise CredentialsWrong
    if login.proved.is_new_here and not is_up_to_date:
        await _bring_up_to_date(ctx, known, login.password_hash, session)
    return shown


async def _bring_up_to_date(ctx: Context, known: Known, becomes: str | None, session: Session) -> None:
    """Let the password here follow the directory's, where it was that or there is none."""
    user_id, now = known.user.id, ctx.clock.now_ms()
    if known.user.status == "PENDING":
        await users.change_status(ctx.tx, user_id, was=("PENDING",), becomes="ACTIVE", now=now)
        await credentials.delete_password(ctx.tx, user_id)
    if known.is_in_sync:
        await _replace(ctx, known, becomes)
        # As whenever a password is changed.
        await end_all(ctx, user_id, reason="password changed", but=session.id)
    elif not known.has_password and becomes is not None:
        credentials.put(ctx.tx, user_id, becomes, now, recovered_by=known.recovered_by)
    if becomes is not None:
        await logons.note_synced(ctx.tx, known.link.id, synced_at=now, now=now)
        record(ctx, "user.password_kept", user_id, user_id=user_id)


async def _replace(ctx: Context, known: Known, becomes: str | None) -> None:
    """Let the password that was the directory's before be none any more."""
    user_id, now = known.user.id, ctx.clock.now_ms()
    if becomes is None:
        await credentials.delete_password(ctx.tx, user_id)
        if known.recovered_by is not None:
            credentials.recovered(ctx.tx, user_id, known.recovered_by, now)
    elif not await credentials.change_hash(ctx.tx, user_id, was=known.password_hash or "", becomes=becomes, now=now):
        raise CredentialsWrong
