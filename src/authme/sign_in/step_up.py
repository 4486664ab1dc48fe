"""UI-25 and UI-26: raise a session by a second factor. UI-41: grant what the risk challenge gives."""

from datetime import datetime, timedelta
from typing import Any

from authme import sessions
from authme.audit import record
from authme.challenges import store as challenges
from authme.credentials import store as credentials
from authme.factors import store as factor_store
from authme.factors.answer import Given, check_answer, find_asked
from authme.factors.ask import ask
from authme.factors.model import ContactType, Factor
from authme.factors.usable import list_usable
from authme.kernel.context import MFA, SMART, Context
from authme.kernel.errors import (
    ChallengeOver,
    Refusal,
    StateForbids,
    named_in_body_unknown,
)
from authme.kernel.times import moment
from authme.kernel.wire import Id, SparseAnswer, Token, Wire
from authme.sessions import Session
from authme.sessions.levels import level_of, with_method
from authme.sign_in.caller import get_client, get_session_and_user
from authme.sign_in.issue import issue
from authme.tokens.model import TokenObject
from authme.users import store as users
from authme.users.model import User

_SMART_FOR = timedelta(minutes=5)
_MS = 1000


class LeverageRequest(Wire, frozen=True):
    """Which factor; without any the default one."""

    factor_id: Id | None = None
    contact_type: ContactType | None = None


class Leverage(SparseAnswer, frozen=True, kw_only=True):
    """A challenge to fulfil. `publicKey` is for a passkey: what `navigator.credentials.get` is given."""

    challenge_id: str
    factor_id: str
    contact: str | None = None
    expires_at: datetime
    public_key: dict[str, Any] | None = None


class FulfillRequest(Wire, frozen=True):
    """The answer: `token` for codes, `assertion` for a passkey."""

    challenge_id: Id
    token: Token | None = None
    assertion: dict[str, Any] | None = None


class GrantSmartRequest(Wire, frozen=True):
    """A challenge that was validated."""

    challenge_id: Id


async def leverage_mfa(ctx: Context, body: LeverageRequest) -> Leverage:
    """Ask the caller for a second factor: a contact is sent a code, others are asked for theirs.

    Raises (107) for a factor that the caller does not have, StateForbids for one that would not make two factors of
    different kinds with what the session has proved.
    """
    session, user = await get_session_and_user(ctx)
    factors = await factor_store.list_factors(ctx.tx, user.id)
    chosen = _choose(body, factors, await list_usable(ctx, user, factors, session), session)
    passkeys = [one for one in factors if one.contact_type == "PASSKEY" and one.is_verified]
    allowed = passkeys if body.factor_id is None else [chosen]
    asked = await ask(ctx, user, chosen, purpose="MFA", session_id=session.id, passkeys=allowed)
    record(ctx, "challenge.opened", user.id, purpose="MFA", factor=chosen.id)
    return Leverage(
        challenge_id=asked.challenge.id,
        factor_id=chosen.id,
        contact=chosen.masked,
        expires_at=moment(asked.challenge.expires_at),
        public_key=asked.public_key,
    )


def _choose(body: LeverageRequest, factors: list[Factor], usable: list[Factor], session: Session) -> Factor:
    named = [
        one
        for one in factors
        if one.is_verified and body.factor_id in {None, one.id} and body.contact_type in {None, one.contact_type}
    ]
    if not named and body.factor_id is not None:
        raise named_in_body_unknown("factorId", "factor")
    if not named and body.contact_type is not None:
        raise named_in_body_unknown("contactType", "factor")
    if named and not any(one in usable for one in named):
        raise StateForbids("A code to this contact stood for the password; use another factor.")
    sufficient = [one for one in named if one in usable and _suffices(session, one)]
    if not sufficient:
        raise StateForbids(
            "There is no verified factor." if not named else "Log in with the password first: two factors of one kind are one."
        )
    # Contacts that are names come first, so that what the list calls the default is asked for.
    return sufficient[0]


def _suffices(session: Session, factor: Factor) -> bool:
    return level_of(with_method(session.amr, factor.method)) == MFA


async def fulfill_mfa(ctx: Context, body: FulfillRequest) -> TokenObject | Refusal:
    """Answer the challenge and raise the session to `AUTH-MFA`; the tokens are of the same session."""
    session, user = await get_session_and_user(ctx)
    factors = await factor_store.list_factors(ctx.tx, user.id)
    asked = await find_asked(ctx, body.challenge_id, purposes=("MFA",))
    usable = await list_usable(ctx, user, factors, session)
    answered = await check_answer(ctx, asked, usable, Given(body.token, body.assertion))
    if isinstance(answered, Refusal):
        return answered
    raised = sessions.with_proof(ctx, session, answered.factor.method)
    if raised.level != MFA:
        raise StateForbids("Log in with the password first: two factors of one kind are one.")
    # Signed before the first write: on SQLite everybody else waits from there on.
    shown = await _issue(ctx, user, raised)
    await answered.use_up(ctx, challenges.use)
    await sessions.keep(ctx, session, raised)
    credentials.proved_otherwise(ctx.tx, user.id, answered.factor.id)
    record(ctx, "session.raised", session.id, level=MFA, method=answered.factor.method, factor=answered.factor.id)
    return shown


async def grant_auth_smart(ctx: Context, body: GrantSmartRequest) -> TokenObject:
    """Grant `AUTH-SMART` to this session for a challenge that was validated in it (UI-40) up to 5 minutes ago. One use."""
    session, user = await get_session_and_user(ctx)
    granted = sessions.with_grant(session, SMART)
    shown = await _issue(ctx, user, granted)
    now = ctx.clock.now_ms()
    # First, as whoever answers a challenge does.
    if not await users.hold(ctx.tx, user.id):
        raise ChallengeOver
    was_used = await challenges.use_validated(
        ctx.tx,
        body.challenge_id,
        purpose="SMART",
        subject=user.id,
        session_id=session.id,
        since=now - int(_SMART_FOR.total_seconds()) * _MS,
        now=now,
    )
    if not was_used:
        raise ChallengeOver
    await sessions.keep(ctx, session, granted)
    record(ctx, "session.granted", session.id, atom=SMART)
    return shown


async def _issue(ctx: Context, user: User, session: Session) -> TokenObject:
    """Return tokens of the caller's session as it is to be, as wide as the calling token."""
    client = await get_client(ctx)
    return await issue(ctx, client, user, session, scopes=ctx.caller.scopes, acts_for=ctx.caller.acts_for)
