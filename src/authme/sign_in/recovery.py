"""UI-02, UI-14 and UI-16: a code to the main contact, and the password that it makes or resets."""

import hmac
from typing import Literal

from authme import challenges
from authme.audit import record
from authme.challenges import Challenge, Purpose
from authme.challenges import store as challenge_store
from authme.challenges.open import digest_of
from authme.credentials import store as credentials
from authme.credentials.attempts import FACTOR, SEND, Attempts
from authme.credentials.pool import PasswordPool
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.errors import PasswordNotAccepted, Refusal, StateForbids
from authme.kernel.wire import Answer, Password, Text, Token, Wire
from authme.sign_in.caller import get_client
from authme.sign_in.code_session import start_by_code
from authme.sign_in.decoy import Decoys
from authme.sign_in.new_password import keep_password
from authme.sign_in.quiet_turn import quiet_turn, refuse_code
from authme.sign_in.reach import key_of, reach
from authme.tokens.model import TokenObject
from authme.users.model import User
from authme.users.new_password import hash_password_of

_PURPOSE: Purpose = "ACCOUNT"


class RetrieveRequest(Wire, frozen=True):
    """UI-02: who somebody says they are."""

    user_name: Text


class Retrieved(Answer, frozen=True):
    """The same for every name: the ids stand for the name, whether somebody has it or not."""

    user_id: str
    business_id: str | None
    username: str


class CreatePasswordRequest(Wire, frozen=True):
    """UI-14: `token` is the code that was sent."""

    username: Text
    token: Token
    password: Password


class ResetPasswordRequest(Wire, frozen=True):
    """UI-16: `token` is the code of UI-02, `hash` what some operations bind it to."""

    username: Text
    token: Token
    new_password: Password
    hash: Token | None = None


async def retrieve_identity(ctx: Context, body: RetrieveRequest) -> Retrieved:
    """Send a code to the main contact of whoever has this name.

    A name that nobody has, one whose user is locked and one without a contact are answered exactly as any other, after the
    same work; nothing is sent. Raises TooManyTries when codes are asked for again and again, for any name alike.
    """
    attempts, client_id = ctx.part(Attempts), ctx.caller.client_id or ""
    sending = await attempts.begin(ctx, key_of(body.user_name), client_id=client_id, kind=SEND)
    reached = await reach(ctx, body.user_name)
    attempts.failed(ctx, sending)
    to_contact = await quiet_turn(ctx, reached.subject, reached.factor_id, client_id=client_id, kind=SEND)
    if to_contact is None:
        reached = reached.as_nobody(ctx)
    else:
        attempts.failed(ctx, to_contact, everywhere=False)
    challenges.send_code(
        ctx,
        purpose=_PURPOSE,
        subject=reached.subject,
        factor_id=reached.factor_id,
        to=reached.recipient,
        language=reached.user.language if reached.user else None,
    )
    record(ctx, "account.code_sent", reached.user.id if reached.user else None)
    return Retrieved(user_id=ctx.part(Decoys).user_id(reached.name), business_id=None, username=body.user_name)


async def create_password(ctx: Context, body: CreatePasswordRequest) -> TokenObject | Refusal:
    """Make the password of a user who has none yet, or whose contact was not verified, and log them in.

    The code shows whose the contact is, so a password that somebody set before is replaced. 409 for a user who is active and
    has a password: that is reset (UI-16).
    """
    return await _redeem(ctx, body.username, body.token, body.password, kind="create")


async def reset_password(ctx: Context, body: ResetPasswordRequest) -> TokenObject | Refusal:
    """Set a new password by the code of UI-02, end all sessions, tell the user, and log them in.

    The code is one proof: the session is `AUTH-BASIC`, and the contact that it came to does not count as the second factor
    of a later login as long as the user has another.
    """
    return await _redeem(ctx, body.username, body.token, body.new_password, kind="reset", bound_to=body.hash)


async def _redeem(
    ctx: Context,
    username: str,
    token: str,
    password: str,
    *,
    kind: Literal["create", "reset"],
    bound_to: str | None = None,
) -> TokenObject | Refusal:
    """Check the code and set the password. Whatever is wrong with name or code gets one answer (code 8)."""
    client, attempts = await get_client(ctx), ctx.part(Attempts)
    reached = await reach(ctx, username)
    guess = await attempts.begin(ctx, reached.name, client_id=client.id, kind=FACTOR)
    at_contact = await quiet_turn(ctx, reached.subject, reached.factor_id, client_id=client.id, kind=FACTOR)
    asked = await challenge_store.find_latest(
        ctx.tx, purpose=_PURPOSE, subject=reached.subject, factor_id=reached.factor_id, session_id=None
    )
    user, contact = reached.user, reached.contact
    is_right = at_contact is not None and _fits(ctx, asked, token, bound_to)
    if not is_right or at_contact is None or asked is None or user is None or contact is None:
        return await refuse_code(ctx, "user.password_reset", reached.user, asked, guess, at_contact)
    stored = await credentials.find_hash(ctx.tx, user.id)
    await _check_new(ctx, user, password, stored, kind)
    password_hash = await hash_password_of(ctx, user.id, password)
    session, shown = await start_by_code(ctx, client, user, contact.type)
    await keep_password(
        ctx,
        user,
        contact,
        password,
        password_hash,
        asked_id=asked.id,
        had_password=stored is not None,
        but=session.id,
    )
    # What was counted for the name, for the contact, and for codes to it: the next time is a new one.
    attempts.succeeded(ctx, guess)
    attempts.succeeded(ctx, at_contact)
    return shown


async def _check_new(ctx: Context, user: User, password: str, stored: str | None, kind: str) -> None:
    """Raise StateForbids where there is a password and none to be made, PasswordNotAccepted if it stays the same.

    Whoever registered with a password and confirms the contact may well send the same one again.
    """
    if user.status != "ACTIVE" or stored is None:
        return
    if kind == "create":
        raise StateForbids("The user has a password already; reset it.")
    if await ctx.part(PasswordPool).verify(password, stored):
        raise PasswordNotAccepted("The new password is the same as before.")


def _fits(ctx: Context, asked: Challenge | None, token: str, bound_to: str | None) -> bool:
    """Whether this is the code of the newest challenge, which was sent to what is the main contact now."""
    if asked is None or not asked.is_open(ctx.clock.now_ms()):
        return False
    # No operation of this server hands out a hash that a code of UI-02 would be bound to.
    if bound_to is not None or asked.code_hash is None:
        return False
    return hmac.compare_digest(digest_of(ctx.part(Digester), asked.id, token.strip()), asked.code_hash)
