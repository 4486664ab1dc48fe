"""UI-02, UI-14 and UI-16: a code to the main contact, and the password that it makes or resets."""

import hmac
from dataclasses import dataclass
from typing import Literal

from authme import challenges, sessions
from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenge_store
from authme.challenges.open import digest_of
from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.credentials import store as credentials
from authme.credentials.attempts import FACTOR, SEND, Attempts
from authme.credentials.pool import PasswordPool
from authme.crypto.digests import Digester
from authme.kernel.context import CLIENT_IDENTIFIED, Context
from authme.kernel.errors import (
    ClientCredentialsWrong,
    CodeOrUsernameWrong,
    PasswordNotAccepted,
    Refusal,
    StateForbids,
)
from authme.kernel.wire import Answer, Password, Text, Token, Wire
from authme.notify.send import Recipient
from authme.sessions.levels import level_of
from authme.sign_in.decoy import Decoys
from authme.sign_in.even_time import even_time
from authme.sign_in.issue import issue
from authme.sign_in.new_password import keep_password
from authme.tokens.model import TokenObject
from authme.users import names
from authme.users import store as users
from authme.users.contacts import main_contacts
from authme.users.create import hash_new_password
from authme.users.model import Identity, User


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


@dataclass(frozen=True, slots=True)
class Reached:
    """Who a name reaches, and by which contact. For a name that nobody has, what stands for it."""

    name: str
    subject: str
    factor_id: str
    user: User | None = None
    contact: Identity | None = None

    @property
    def recipient(self) -> Recipient | None:
        """Where a code goes; nowhere for a name that nobody has."""
        if self.contact is None:
            return None
        return Recipient("EMAIL" if self.contact.type == "EMAIL" else "SMS", self.contact.value)


async def retrieve_identity(ctx: Context, body: RetrieveRequest) -> Retrieved:
    """Send a code to the main contact of whoever has this name.

    A name that nobody has, one whose user is locked and one without a contact are answered exactly as any other, after the
    same work; nothing is sent. Raises TooManyTries when codes are asked for again and again, for any name alike.
    """
    attempts = ctx.part(Attempts)
    meant = names.candidates(body.user_name)
    name = meant[0].key if meant else body.user_name
    sending = await attempts.begin(ctx, name, client_id=ctx.caller.client_id or "", kind=SEND)
    reached = await _reach(ctx, body.user_name)
    attempts.failed(ctx, sending)
    challenges.send_code(
        ctx,
        purpose="ACCOUNT",
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


async def _reach(ctx: Context, typed: str) -> Reached:
    decoys = ctx.part(Decoys)
    meant = names.candidates(typed)
    name = meant[0].key if meant else typed
    async with even_time():
        user = await users.find_by_any_name(ctx.tx, meant)
        identities = await users.list_identities(ctx.tx, user.id if user else decoys.user_id(name))
    contacts = main_contacts(identities)
    contact = contacts.get("EMAIL") or contacts.get("MOBILE")
    if user is None or contact is None or user.status not in {"ACTIVE", "PENDING"}:
        return Reached(name, decoys.user_id(name), decoys.factor_id(name, "EMAIL"))
    if user.status == "ACTIVE" and not contact.verified:
        return Reached(name, decoys.user_id(name), decoys.factor_id(name, "EMAIL"))
    return Reached(name, user.id, contact.id, user, contact)


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
    client = await ctx.part(Clients).find_active(ctx.tx, ctx.caller.client_id or "")
    if client is None:
        raise ClientCredentialsWrong
    attempts = ctx.part(Attempts)
    reached = await _reach(ctx, username)
    guess = await attempts.begin(ctx, reached.subject, client_id=client.id, kind=FACTOR, of=reached.factor_id)
    asked = await challenge_store.find_latest(ctx.tx, purpose="ACCOUNT", subject=reached.subject)
    user, contact = reached.user, reached.contact
    if not _fits(ctx, asked, reached, token, bound_to) or asked is None or user is None or contact is None:
        if asked is not None:
            await challenge_store.miss(ctx.tx, asked.id, now=ctx.clock.now_ms())
        attempts.failed(ctx, guess)
        record(ctx, "account.recovered", user.id if user else None, result="REFUSED", reason="wrong code")
        return CodeOrUsernameWrong()
    stored = await credentials.find_hash(ctx.tx, user.id)
    if kind == "create" and user.status == "ACTIVE" and stored is not None:
        raise StateForbids("The user has a password already; reset it.")
    if stored is not None and await ctx.part(PasswordPool).verify(password, stored):
        raise PasswordNotAccepted("The new password is the same as before.")
    password_hash = await hash_new_password(ctx, password, await users.list_identities(ctx.tx, user.id))
    shown = await _logged_in(ctx, client, user, contact)
    if not await challenge_store.use(ctx.tx, asked.id, now=ctx.clock.now_ms()):
        raise CodeOrUsernameWrong
    await keep_password(ctx, user, contact, password_hash, had_password=stored is not None, but=shown.session_id)
    attempts.succeeded(ctx, guess)
    attempts.forget(ctx, [reached.name])
    return shown.tokens


def _fits(ctx: Context, asked: Challenge | None, reached: Reached, token: str, bound_to: str | None) -> bool:
    """Whether this is the code of the newest challenge, sent to what is the main contact now."""
    if asked is None or asked.factor_id != reached.factor_id or not asked.is_open(ctx.clock.now_ms()):
        return False
    # No operation of this server hands out a hash that a code of UI-02 would be bound to.
    if bound_to is not None or asked.code_hash is None:
        return False
    return hmac.compare_digest(digest_of(ctx.part(Digester), asked.id, token.strip()), asked.code_hash)


@dataclass(frozen=True, slots=True)
class _LoggedIn:
    tokens: TokenObject
    session_id: str


async def _logged_in(ctx: Context, client: Client, user: User, contact: Identity) -> _LoggedIn:
    """Start the session that the code proves, and sign its tokens before anything else is written."""
    methods = ("otp",) if contact.type == "EMAIL" else ("sms",)
    session = sessions.start(
        ctx,
        user_id=user.id,
        client_id=client.id,
        level=level_of(methods),
        client_level=CLIENT_IDENTIFIED,
        amr=methods,
        business_id=user.business_id,
    )
    return _LoggedIn(await issue(ctx, client, user, session), session.id)
