"""What comes and goes with the business that a user belongs to: one rule, whichever operation brings or takes them."""

import msgspec

from authme import sessions
from authme.groups import member_store
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.organizations.model import Business
from authme.relation import BUSINESS_OFFICES
from authme.users import change_store
from authme.users.model import User


def check_may_belong(user: User, business: Business) -> None:
    """Raise StateForbids for a user of another organisation: two administrators would each see half of them."""
    if business.organization_id is not None and user.organization_id not in {None, business.organization_id}:
        raise StateForbids("The user stands in another organisation than the business.")


def moved(user: User, *, to: Business | None, office: str | None = None) -> User:
    """Return the user as one of this business, or of none, with this office there.

    Offices of a business are held in it only: whoever leaves it, or comes to another, holds none of before. Whoever stands in
    no organisation comes to that of the business, so that who manages the business manages them.
    """
    rest = tuple(one for one in user.authorities if one not in BUSINESS_OFFICES)
    return msgspec.structs.replace(
        user,
        business_id=to.id if to else None,
        organization_id=user.organization_id or (to.organization_id if to else None),
        authorities=rest if office is None else (*rest, office),
    )


async def change(ctx: Context, was: User, becomes: User) -> None:
    """Write what is known of a user who is held, and tell every process: sessions under way hold what the user holds now.

    In the groups of a business that they leave they are no more, and not again when they come back.
    """
    if was.business_id is not None and becomes.business_id != was.business_id:
        await member_store.delete_of_business(ctx.tx, was.id, was.business_id)
    await change_store.change(ctx.tx, becomes, now=ctx.clock.now_ms())
    ctx.tx.announce(sessions.USER_TOPIC, was.id)
