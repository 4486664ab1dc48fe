"""UI-34: a new password of a legacy logon, by the code of UI-33."""

import hmac
from dataclasses import dataclass

from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.challenges.open import digest_of
from authme.clients.model import Client
from authme.credentials.attempts import FACTOR, Attempts
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.errors import CodeOrUsernameWrong, Refusal, StateForbids
from authme.kernel.wire import Password, Text, Token, Wire
from authme.sign_in.caller import get_client
from authme.sign_in.code_session import start_by_code
from authme.sign_in.legacy_link import Link
from authme.sign_in.link_logon import plan_link
from authme.sign_in.logon_password import check_logon_password, keep_logon_password
from authme.sign_in.logon_reach import ReachedLogon, reach_logon
from authme.sign_in.proved_person import ChangedMeanwhile
from authme.sign_in.quiet_turn import quiet_turn, refuse_code
from authme.sign_in.reach import logon_key_of
from authme.sign_in.recover_logon import binding_of
from authme.tokens.model import TokenObject
from authme.users import contact_store
from authme.users import store as users
from authme.users.model import User


class ResetLogonRequest(Wire, frozen=True):
    """UI-34: `token` is the code that was sent, `hash` what UI-33 answered."""

    logon: Text
    token: Token
    new_password: Password
    hash: Token


@dataclass(frozen=True, slots=True)
class _Right:
    """A right code, not yet used up, and whose the logon is, or comes to be."""

    reached: ReachedLogon
    asked: Challenge
    user: User
    link: Link | None


async def reset_logon(ctx: Context, body: ResetLogonRequest) -> TokenObject | Refusal:
    """Set a new password of a logon by the code of UI-33, end all sessions, tell the user, and log them in.

    A logon that is nobody's here becomes somebody's as at their first login. The directory is told by a command; the code is
    one proof, as at UI-16: the session is `AUTH-BASIC`. Whatever is wrong with logon, code or hash gets one answer (code 8).
    """
    client, attempts = await get_client(ctx), ctx.part(Attempts)
    guess = await attempts.begin(ctx, logon_key_of(body.logon), client_id=client.id, kind=FACTOR)
    reached = await reach_logon(ctx, body.logon)
    at_contact = await quiet_turn(ctx, *reached.counted_as, client_id=client.id, kind=FACTOR)
    asked = await _find_bound(ctx, reached, body.hash)
    right = await _check(ctx, reached, asked, body.token) if at_contact is not None else None
    if right is None or at_contact is None:
        return await refuse_code(ctx, "logon.password_reset", reached.user, asked, guess, at_contact)
    shown = await _reset(ctx, client, right, body.new_password)
    # What was counted for the logon, for the contact, and for codes to it: the next time is a new one.
    attempts.succeeded(ctx, guess)
    attempts.succeeded(ctx, at_contact)
    return shown


async def _find_bound(ctx: Context, reached: ReachedLogon, given: str) -> Challenge | None:
    """Return the challenge that this hash was handed out with, if it was for this logon and the contact is the same."""
    challenge_id, _, secret = given.strip().partition(".")
    asked = await challenges.find(ctx.tx, challenge_id if challenge_id.isalnum() else "")
    is_of = asked is not None and (asked.purpose, asked.subject, asked.factor_id) == (
        "LOGON_PASSWORD",
        reached.subject,
        reached.factor_id,
    )
    bound_to = asked.data or "" if asked is not None else ""
    is_bound = hmac.compare_digest(binding_of(ctx, secret, reached).hex(), bound_to)
    return asked if is_of and is_bound else None


async def _check(ctx: Context, reached: ReachedLogon, asked: Challenge | None, token: str) -> _Right | None:
    """Return whose the logon is if the code is right; for a logon that is nobody's, who is to get it."""
    if asked is None or asked.code_hash is None or not asked.is_open(ctx.clock.now_ms()):
        return None
    offered = digest_of(ctx.part(Digester), asked.id, token.strip())
    if not hmac.compare_digest(offered, asked.code_hash) or reached.contact is None or reached.entry is None:
        return None
    if reached.user is not None:
        return _Right(reached, asked, reached.user, None)
    try:
        link = await plan_link(ctx, reached.entry, verified=(reached.contact,))
    except ChangedMeanwhile:
        return None
    return None if isinstance(link, Refusal) else _Right(reached, asked, link.user, link)


async def _reset(ctx: Context, client: Client, right: _Right, password: str) -> TokenObject:
    """Check the password, sign the tokens, and only then write."""
    new = await check_logon_password(ctx, right.user, right.reached.name, password)
    contact = right.reached.contact
    assert contact is not None
    links = right.link.logon.key if right.link is not None else None
    session, shown = await start_by_code(ctx, client, right.user, contact.type, links=links)
    await _link(ctx, right.link)
    now = ctx.clock.now_ms()
    if not await users.change_status(ctx.tx, right.user.id, was=("ACTIVE", "PENDING"), becomes="ACTIVE", now=now):
        raise StateForbids("The user was changed meanwhile.")
    # After the user's row, as a lock takes them: two that wait for each other end nowhere.
    if not await challenges.use(ctx.tx, right.asked.id, now=now):
        raise CodeOrUsernameWrong
    identity = right.reached.identity
    if identity is not None and not await contact_store.verify_identity(ctx.tx, right.user.id, identity.id):
        raise StateForbids("The user was changed meanwhile.")
    await keep_logon_password(ctx, right.user, new, contact=contact, but=session.id)
    record(ctx, "logon.password_reset", right.user.id, user_id=right.user.id)
    return shown


async def _link(ctx: Context, link: Link | None) -> None:
    try:
        if link is not None:
            await link.write(ctx)
    except ChangedMeanwhile as error:
        # The logon became somebody's, perhaps by this very code: it was sent for one that was nobody's.
        raise CodeOrUsernameWrong from error
