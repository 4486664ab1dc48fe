"""Which factors count beside the password."""

from collections.abc import Sequence

from authme.credentials import store as credentials
from authme.factors.mailbox import stands_behind
from authme.factors.model import Factor
from authme.kernel.context import Context
from authme.legacy import store as logons
from authme.sessions import Session
from authme.users.model import User


async def list_usable(ctx: Context, user: User, factors: Sequence[Factor], session: Session) -> list[Factor]:
    """Return the verified factors that prove something beside what began the session.

    The contact whose code alone set the password does not, as long as there is another: without this, whoever reads a mailbox
    would have both factors, and a reset would skip the second one. Neither does the contact whose code alone made a logon of
    the mainframe the user's: the logon has a password of its own. Of two contacts that both stood alone none is left, since
    nobody knows which of the two passwords began the session. Nor does the mailbox of an account at an identity provider by
    which the session began.
    """
    verified = [one for one in factors if one.is_verified]
    stood_alone = {await credentials.find_recovered_by(ctx.tx, user.id)}
    if user.logon is not None and (logon := await logons.find_of_user(ctx.tx, user.id)) is not None:
        stood_alone.add(logon.rests_on)
    others = [one for one in verified if one.id not in stood_alone and not stands_behind(ctx, one, session)]
    return others if len(verified) > 1 else verified
