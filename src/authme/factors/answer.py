"""Check what a person answers to a challenge."""

import base64
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from authme.audit import record
from authme.challenges import Challenge, Purpose
from authme.challenges import store as challenges
from authme.challenges.open import digest_of
from authme.credentials.attempts import FACTOR, Attempts, Guess
from authme.crypto.digests import Digester
from authme.crypto.passkeys import (
    Passkey,
    PasskeyRefused,
    credential_id_of,
    verify_assertion,
    verify_attestation,
)
from authme.crypto.sealing import MasterKey
from authme.crypto.totp import matching_step
from authme.factors import store
from authme.factors.ask import relying_party
from authme.factors.codes import code_hash_of
from authme.factors.model import CONTACTS, Factor
from authme.kernel.context import Context
from authme.kernel.database import Transaction, UniqueViolation
from authme.kernel.errors import (
    AlreadyExists,
    ChallengeOver,
    CodeOrUsernameWrong,
    ProofNotAccepted,
    Refusal,
    TooManyTries,
    missing,
)
from authme.users import store as users

Use = Callable[..., Awaitable[bool]]
_Take = Callable[[Transaction], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Given:
    """What a person sent."""

    token: str | None = None
    assertion: dict[str, Any] | None = None
    attestation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A right answer, not yet used up: in between its caller does what is slow."""

    factor: Factor
    challenge: Challenge
    guess: Guess
    take: _Take

    async def use_up(self, ctx: Context, use: Use) -> None:
        """Use up the challenge by `use`, and what of the factor is good only once; clear its failures.

        The user's row is taken first, as by whoever locks or removes a user or changes factors: two units that wait for each
        other would both be undone. Raises ChallengeOver when somebody else was faster, which undoes everything.
        """
        now = ctx.clock.now_ms()
        if not await users.hold(ctx.tx, self.challenge.subject):
            raise ChallengeOver
        if not await use(ctx.tx, self.challenge.id, now=now):
            raise ChallengeOver
        try:
            if not await self.take(ctx.tx):
                raise ChallengeOver
        except UniqueViolation as error:
            raise AlreadyExists("The passkey is registered already.") from error
        ctx.part(Attempts).succeeded(ctx, self.guess)
        if self.factor.contact_type in CONTACTS:
            ctx.part(Attempts).forget(ctx, [self.factor.reached_as])


async def find_asked(
    ctx: Context, challenge_id: str, *, purposes: Sequence[Purpose], factor_id: str | None = None
) -> Challenge | None:
    """Return the challenge if the caller was asked it: for one of these purposes, this user, session and factor."""
    found = await challenges.find(ctx.tx, challenge_id)
    if found is None or found.purpose not in purposes or found.subject != ctx.caller.user_id:
        return None
    if found.session_id != ctx.caller.session_id and not (found.purpose == "VERIFY" and found.session_id is None):
        return None
    return found if factor_id in {None, found.factor_id} else None


async def check_answer(ctx: Context, asked: Challenge | None, factors: Sequence[Factor], given: Given) -> Answered | Refusal:
    """Check the answer to a challenge that the caller was asked.

    A refusal is to be returned: the try is counted with the challenge and with the factor, and is over before anything tells
    whether it was right. Raises TooManyTries when the factor is guessed at faster than people type.
    """
    if asked is None or not asked.is_open(ctx.clock.now_ms()):
        return ChallengeOver()
    attempts = ctx.part(Attempts)
    try:
        guess = await attempts.begin(
            ctx, asked.subject, client_id=ctx.caller.client_id or "", kind=FACTOR, of=asked.factor_id or ""
        )
    except TooManyTries:
        # Whoever used up the last try of this challenge meanwhile is told that, and not to wait.
        if await _find_open(ctx, asked.id) is None:
            return ChallengeOver()
        raise
    asked = await _find_open(ctx, asked.id)
    if asked is None:
        return ChallengeOver()
    matched = await _match(ctx, asked, factors, given)
    if not isinstance(matched, Refusal):
        return Answered(matched[0], asked, guess, matched[1])
    if not await challenges.miss(ctx.tx, asked.id, now=ctx.clock.now_ms()):
        return ChallengeOver()
    attempts.failed(ctx, guess)
    record(ctx, "challenge.answered", asked.subject, result="REFUSED", purpose=asked.purpose, factor=asked.factor_id)
    return matched


async def _find_open(ctx: Context, challenge_id: str) -> Challenge | None:
    found = await challenges.find(ctx.tx, challenge_id)
    return found if found is not None and found.is_open(ctx.clock.now_ms()) else None


async def _match(ctx: Context, asked: Challenge, factors: Sequence[Factor], given: Given) -> tuple[Factor, _Take] | Refusal:
    factor = next((one for one in factors if one.id == asked.factor_id), None)
    if factor is None:
        return ChallengeOver()
    if factor.contact_type == "PASSKEY":
        return _registered(ctx, asked, factor, given) if not factor.is_verified else _signed(ctx, asked, factors, given)
    if given.token is None:
        raise missing("token")
    token = given.token.strip()
    match factor.contact_type:
        case "TOTP":
            return _app_code(ctx, factor, token)
        case "RECOVERY_CODES":
            return await _recovery_code(ctx, factor, token)
        case _:
            return _sent_code(ctx, asked, factor, token)


def _sent_code(ctx: Context, asked: Challenge, factor: Factor, token: str) -> tuple[Factor, _Take] | Refusal:
    offered = digest_of(ctx.part(Digester), asked.id, token)
    if asked.code_hash is None or not hmac.compare_digest(offered, asked.code_hash):
        return CodeOrUsernameWrong()
    return factor, _nothing_to_take


async def _nothing_to_take(_tx: Transaction) -> bool:
    return True


def _app_code(ctx: Context, factor: Factor, token: str) -> tuple[Factor, _Take] | Refusal:
    secret = ctx.part(MasterKey).open(factor.secret_sealed or b"", context=totp_context(factor.id)).decode()
    step = matching_step(secret, token, now=ctx.clock.now(), after=factor.last_step)
    if step is None:
        return CodeOrUsernameWrong()
    return factor, lambda tx: store.take_step(tx, factor.id, step)


def totp_context(factor_id: str) -> bytes:
    """Return what the secret of an app is sealed for: moved to another row it does not open."""
    return f"factor.secret:{factor_id}".encode()


async def _recovery_code(ctx: Context, factor: Factor, token: str) -> tuple[Factor, _Take] | Refusal:
    offered = code_hash_of(ctx.part(Digester), factor.id, token)
    if not await store.has_code(ctx.tx, factor.id, offered):
        return CodeOrUsernameWrong()
    now = ctx.clock.now_ms()
    return factor, lambda tx: store.take_code(tx, factor.id, offered, now=now)


def _signed(ctx: Context, asked: Challenge, factors: Sequence[Factor], given: Given) -> tuple[Factor, _Take] | Refusal:
    if given.assertion is None:
        raise missing("assertion")
    data = json.loads(asked.data or "{}")
    named = credential_id_of(given.assertion)
    factor = next((one for one in factors if one.id in data["factors"] and one.credential_id == named), None)
    if factor is None or factor.public_key is None or factor.credential_id is None:
        return ProofNotAccepted("The passkey is not accepted: it is none of this user's.")
    passkey = Passkey(factor.credential_id, factor.public_key, factor.sign_count)
    try:
        count = verify_assertion(relying_party(ctx), given.assertion, passkey, challenge=base64.b64decode(data["challenge"]))
    except PasskeyRefused as error:
        return ProofNotAccepted(f"The passkey is not accepted: {error}.")
    chosen = factor
    return chosen, lambda tx: store.count_signature(tx, chosen.id, count)


def _registered(ctx: Context, asked: Challenge, factor: Factor, given: Given) -> tuple[Factor, _Take] | Refusal:
    if given.attestation is None:
        raise missing("attestation")
    challenge = base64.b64decode(json.loads(asked.data or "{}")["challenge"])
    try:
        made = verify_attestation(relying_party(ctx), given.attestation, challenge=challenge)
    except PasskeyRefused as error:
        return ProofNotAccepted(f"The passkey is not accepted: {error}.")
    now = ctx.clock.now_ms()
    return factor, lambda tx: store.register_passkey(
        tx,
        factor.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        now=now,
    )
