"""The turn of a contact that a name reaches, whose limits are not told to whoever types the name."""

from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.credentials.attempts import FACTOR, Attempts, Guess
from authme.kernel.context import Context
from authme.kernel.errors import CodeOrUsernameWrong, TooManyTries
from authme.users.model import User


async def quiet_turn(ctx: Context, subject: str, factor_id: str, *, client_id: str, kind: str) -> Guess | None:
    """Return the turn of the contact that a name reaches, None when it is over its limits.

    A person has several names, and other ways to miss a code. If one name met the limits of those, it would tell whoever asks
    that somebody has it: only what was counted for the name itself is told.
    """
    attempts = ctx.part(Attempts)
    try:
        if kind == FACTOR:
            await attempts.begin(ctx, subject, client_id=client_id, kind=kind, of=factor_id)
        # Apart from what is asked for and missed after the login, which counts here too, but not the other way round:
        # whoever knows a name must not keep its owner from the second factor.
        return await attempts.begin(ctx, subject, client_id=client_id, kind=kind, of=f"{factor_id}:ACCOUNT")
    except TooManyTries:
        return None


async def refuse_code(
    ctx: Context, action: str, user: User | None, asked: Challenge | None, guess: Guess, at_contact: Guess | None
) -> CodeOrUsernameWrong:
    """Count a code that does not fit; to be returned. `asked` is whose tries it uses up, if anybody's.

    What was not looked at, since the contact is over its limits, counts for the name alone.
    """
    missed = asked.id if asked is not None and at_contact is not None else ""
    # Also for nothing: that it was not looked at takes as long.
    await challenges.miss(ctx.tx, missed, now=ctx.clock.now_ms())
    if at_contact is not None:
        ctx.part(Attempts).failed(ctx, at_contact, everywhere=False)
    ctx.part(Attempts).failed(ctx, guess)
    record(ctx, action, user.id if user is not None else None, result="REFUSED", reason="wrong code")
    return CodeOrUsernameWrong()
