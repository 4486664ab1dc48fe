"""The turn of a contact that a name reaches, whose limits are not told to whoever types the name."""

from authme.credentials.attempts import FACTOR, Attempts, Guess
from authme.kernel.context import Context
from authme.kernel.errors import TooManyTries


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
