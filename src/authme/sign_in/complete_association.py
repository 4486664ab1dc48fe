"""UI-32: a legacy logon becomes one of the names of whoever has the contact that the code came to."""

import hmac
from dataclasses import dataclass

import msgspec

from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.challenges.open import digest_of
from authme.clients.model import Client
from authme.credentials.attempts import FACTOR, Attempts, Guess
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.errors import ChallengeOver, CodeOrUsernameWrong, CredentialLocked, Refusal, StateForbids, TooManyTries
from authme.kernel.wire import Id, Password, Token, Wire
from authme.sign_in.associate_logon import Associating, ground_of
from authme.sign_in.caller import get_client
from authme.sign_in.code_session import start_by_code
from authme.sign_in.contact_of_logon import Owner, check_may_have, find_owner, take_contact
from authme.sign_in.legacy_store import find_known
from authme.sign_in.logon_password import check_logon_password, keep_logon_password, recovering_contact
from authme.tokens.model import TokenObject
from authme.users import store as users


class CompleteAssociationRequest(Wire, frozen=True):
    """UI-32: `token` is the code that UI-30 or UI-31 sent."""

    association_id: Id
    token: Token
    new_password: Password | None = None


@dataclass(frozen=True, slots=True)
class _Answered:
    """A right code, not yet used up."""

    asked: Challenge
    guess: Guess
    of: Associating


async def complete_association(ctx: Context, body: CompleteAssociationRequest) -> TokenObject | Refusal:
    """Make the logon a name of the user who has it, else of the one whose verified contact it is, else as a first login does.

    The code is what is proved: the session is `AUTH-BASIC`. The contact becomes the user's; of a user who has other ways to be
    proved it must have been theirs before. With `newPassword` the logon's password is changed, here and in the directory.
    A logon that became somebody's since its password was proved, or got another password, has to be proved again. Raises
    AlreadyExists for a contact of somebody else, and StateForbids.
    """
    client = await get_client(ctx)
    answered = await _check_answer(ctx, body, client.id)
    if isinstance(answered, Refusal):
        return answered
    if not await _still_stands(ctx, answered.of):
        return ChallengeOver()
    owner = await find_owner(ctx, answered.of)
    if isinstance(owner, Refusal):
        target = answered.asked.subject
        reason = "locked" if isinstance(owner, CredentialLocked) else "not linked"
        record(ctx, "logon.associated", target, result="REFUSED", reason=reason)
        return owner
    await check_may_have(ctx, owner)
    return await _complete(ctx, client, answered, owner, body.new_password)


async def _check_answer(ctx: Context, body: CompleteAssociationRequest, client_id: str) -> _Answered | Refusal:
    """Check the code as `factors.answer` does: the try is over before anything tells whether it was right."""
    asked, attempts = await _find_open(ctx, body.association_id), ctx.part(Attempts)
    if asked is None:
        return ChallengeOver()
    try:
        of = f"{asked.factor_id}:LOGON"
        guess = await attempts.begin(ctx, asked.subject, client_id=client_id, kind=FACTOR, of=of)
    except TooManyTries:
        # Whoever used up the last try meanwhile is told that, and not to wait.
        if await _find_open(ctx, asked.id) is None:
            return ChallengeOver()
        raise
    asked = await _find_open(ctx, asked.id)
    if asked is None or asked.code_hash is None or asked.data is None:
        return ChallengeOver()
    if hmac.compare_digest(digest_of(ctx.part(Digester), asked.id, body.token.strip()), asked.code_hash):
        return _Answered(asked, guess, msgspec.json.decode(asked.data, type=Associating))
    if not await challenges.miss(ctx.tx, asked.id, now=ctx.clock.now_ms()):
        return ChallengeOver()
    attempts.failed(ctx, guess)
    record(ctx, "challenge.answered", asked.subject, result="REFUSED", purpose=asked.purpose)
    return CodeOrUsernameWrong()


async def _find_open(ctx: Context, challenge_id: str) -> Challenge | None:
    found = await challenges.find(ctx.tx, challenge_id)
    is_asked = found is not None and found.purpose == "LOGON" and found.is_open(ctx.clock.now_ms())
    return found if is_asked else None


async def _complete(ctx: Context, client: Client, answered: _Answered, owner: Owner, password: str | None) -> TokenObject:
    """Check the password, sign the tokens, and only then write."""
    user, contact, now = owner.user, owner.contact, ctx.clock.now_ms()
    new = await check_logon_password(ctx, user, answered.of.logon, password) if password is not None else None
    links = owner.link.logon.key if owner.link is not None else None
    session, shown = await start_by_code(ctx, client, user, contact.type, links=links)
    if owner.link is not None:
        await owner.link.write(ctx, rests_on=await _resting_on(ctx, owner))
    if not await users.change_status(ctx.tx, user.id, was=("ACTIVE", "PENDING"), becomes="ACTIVE", now=now):
        raise StateForbids("The user was changed meanwhile.")
    # Whoever sets a password holds the user's row.
    if owner.link is None and not await _still_stands(ctx, answered.of):
        raise ChallengeOver
    # After the user's row, as a lock takes them: two that wait for each other end nowhere.
    if not await challenges.use(ctx.tx, answered.asked.id, now=now):
        raise ChallengeOver
    await take_contact(ctx, owner)
    if new is not None:
        await keep_logon_password(ctx, user, new, contact=contact, but=session.id)
    ctx.part(Attempts).succeeded(ctx, answered.guess)
    record(ctx, "logon.associated", user.id, user_id=user.id, logon=answered.of.logon)
    return shown


async def _still_stands(ctx: Context, of: Associating) -> bool:
    """Whether the logon is whose it was when its password was proved, and that password is not over."""
    return ground_of(await find_known(ctx.tx, of.logon)) == of.ground


async def _resting_on(ctx: Context, owner: Owner) -> str | None:
    """Return the mailbox that alone stood for the user: the logon's password and a code to it are not two factors.

    Without this, whoever reads a mailbox and has any logon would have both factors of its owner. It is kept with the logon, for
    good: another factor may be proved after a password of this server, and the mainframe sets the logon's anew.
    """
    return await recovering_contact(ctx, owner.user.id, owner.contact) if owner.rests_on_contact else None
