"""Which factors count beside the password."""

from collections.abc import Sequence

from authme.credentials import store as credentials
from authme.factors.model import Factor
from authme.kernel.context import Context


async def list_usable(ctx: Context, user_id: str, factors: Sequence[Factor]) -> list[Factor]:
    """Return the verified factors that prove something beside the password.

    The contact whose code alone set the password does not, as long as there is another: without this, whoever reads a mailbox
    would have both factors, and a reset would skip the second one.
    """
    verified = [one for one in factors if one.is_verified]
    recovered_by = await credentials.find_recovered_by(ctx.tx, user_id)
    others = [one for one in verified if one.id != recovered_by]
    return others or verified
