"""UI-39 and UI-40: a factor is answered for."""

from datetime import datetime
from typing import Any

from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.factors import store
from authme.factors.answer import Answered, Given, check_answer, find_asked
from authme.factors.ask import ask
from authme.factors.model import CONTACTS, Factor
from authme.factors.proof import check_fresh, get_session
from authme.factors.usable import list_usable
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, Refusal, StateForbids
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, SparseAnswer, Token, Wire
from authme.users import contact_store
from authme.users import store as users
from authme.users.contacts import main_contacts


class SentToken(SparseAnswer, frozen=True, kw_only=True):
    """A challenge to answer."""

    challenge_id: str
    expires_at: datetime
    public_key: dict[str, Any] | None = None
    """For a passkey: what the browser's `navigator.credentials` is given."""


class ValidateRequest(Wire, frozen=True):
    """An answer: `token` to a code, `attestation` for a new passkey, `assertion` for one that is registered.

    Without `challengeId` it answers the code that was sent when somebody else added or changed the contact.
    """

    challenge_id: Id | None = None
    token: Token | None = None
    assertion: dict[str, Any] | None = None
    attestation: dict[str, Any] | None = None


class Validated(Answer, frozen=True):
    """The answer was right."""

    challenge_id: str
    validated: bool


async def send_token(ctx: Context, factor_id: str) -> SentToken:
    """Ask the caller for one of their factors: a contact is sent a code.

    For a factor that is not verified yet, the right answer (UI-40) verifies it; for one that is, it passes the risk
    challenge (UI-41).
    """
    user = await users.get(ctx.tx, ctx.caller.user_id or "")
    factors = await store.list_factors(ctx.tx, user.id)
    factor = _of(factors, factor_id)
    await _check_may_confirm(ctx, factor)
    if factor.is_verified and factor not in await list_usable(ctx, user, factors, await get_session(ctx)):
        raise StateForbids("A code to this contact stood for the password; use another factor.")
    passkeys = [one for one in factors if one.contact_type == "PASSKEY" and one.is_verified]
    asked = await ask(
        ctx,
        user,
        factor,
        purpose="SMART" if factor.is_verified else "VERIFY",
        session_id=ctx.caller.session_id or "",
        passkeys=passkeys,
    )
    record(ctx, "challenge.opened", user.id, purpose=asked.challenge.purpose, factor=factor.id)
    return SentToken(
        challenge_id=asked.challenge.id, expires_at=moment(asked.challenge.expires_at), public_key=asked.public_key
    )


async def validate_token(ctx: Context, factor_id: str, body: ValidateRequest) -> Validated | Refusal:
    """Answer a challenge for one of the caller's factors."""
    user_id = ctx.caller.user_id or ""
    factors = await store.list_factors(ctx.tx, user_id)
    factor = _of(factors, factor_id)
    await _check_may_confirm(ctx, factor)
    asked = await _asked(ctx, factor, body.challenge_id)
    answered = await check_answer(ctx, asked, factors, Given(body.token, body.assertion, body.attestation))
    if isinstance(answered, Refusal):
        return answered
    if answered.challenge.purpose == "SMART":
        await answered.use_up(ctx, challenges.validate)
    else:
        await _verify(ctx, factor, answered)
    record(ctx, "challenge.answered", user_id, purpose=answered.challenge.purpose, factor=answered.factor.id)
    return Validated(challenge_id=answered.challenge.id, validated=True)


async def _check_may_confirm(ctx: Context, factor: Factor) -> None:
    """Raise RequirementNotMet for a new passkey in a session that may not add factors.

    What an app or a mailbox answers shows that it is the one that was added. Any authenticator can answer for a passkey that
    was begun: without this, whoever has the password could register their own in the place of the owner's.
    """
    if factor.contact_type == "PASSKEY" and not factor.is_verified:
        await check_fresh(ctx)


def _of(factors: list[Factor], factor_id: str) -> Factor:
    found = next((one for one in factors if one.id == factor_id), None)
    if found is None:
        raise NotFound
    return found


async def _asked(ctx: Context, factor: Factor, challenge_id: str | None) -> Challenge | None:
    if challenge_id is not None:
        return await find_asked(ctx, challenge_id, purposes=("VERIFY", "SMART"), factor_id=factor.id)
    return await challenges.find_latest(ctx.tx, purpose="VERIFY", subject=factor.user_id, factor_id=factor.id, session_id=None)


async def _verify(ctx: Context, factor: Factor, answered: Answered) -> None:
    """Note that the factor is its user's. A contact that is a name takes the place of the main one of its type."""
    await answered.use_up(ctx, challenges.use)
    if not factor.is_credential:
        await store.verify_factor(ctx.tx, factor.id, now=ctx.clock.now_ms())
        return
    assert factor.contact_type in CONTACTS
    before = main_contacts(await users.list_identities(ctx.tx, factor.user_id)).get(factor.contact_type)
    if not await contact_store.verify_identity(ctx.tx, factor.user_id, factor.id):
        raise NotFound
    if factor.is_to_be_main:
        replaced = before.id if before is not None and before.id != factor.id else None
        await contact_store.take_place(ctx.tx, factor.user_id, factor.contact_type, factor.id, of_identity=replaced)
    record(ctx, "identity.verified", factor.user_id, identity=factor.id)
