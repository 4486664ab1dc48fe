"""Open a challenge whose answer is sent to a person."""

from datetime import timedelta

from authme.challenges.model import Challenge, Purpose
from authme.challenges.open import new_code, open_challenge
from authme.kernel.context import Context
from authme.notify.send import Recipient, send
from authme.settings import FactorSettings

_MINUTE = 60


def send_code(
    ctx: Context,
    *,
    purpose: Purpose,
    subject: str,
    factor_id: str,
    to: Recipient | None,
    language: str | None,
    session_id: str | None = None,
    data: str | None = None,
) -> Challenge:
    """Open a challenge and send its code with the unit of work. The code is known to the recipient alone.

    Without a recipient the same is done, and nothing is sent: a name that nobody has takes as long as one that somebody has.
    """
    seconds = ctx.part(FactorSettings).code_seconds
    code = new_code()
    opened = open_challenge(
        ctx,
        purpose=purpose,
        subject=subject,
        factor_id=factor_id,
        session_id=session_id,
        life=timedelta(seconds=seconds),
        code=code,
        data=data,
    )
    send(ctx, to, "code", user_id=subject, language=language, code=code, minutes=seconds // _MINUTE, purpose=purpose)
    return opened
