"""The business that a body names for a user."""

from authme.kernel.context import Context
from authme.kernel.errors import named_in_body_unknown
from authme.organizations import store as organizations
from authme.organizations.model import Business
from authme.relation import reaches


async def get_named_business(ctx: Context, business_id: str) -> Business:
    """Return the business; raise (107) for one that is not there for the caller."""
    business = await organizations.find_business(ctx.tx, business_id)
    if business is None or not reaches(ctx.caller, business.place):
        raise named_in_body_unknown("businessId", "business")
    return business


async def hold_named_business(ctx: Context, business_id: str) -> None:
    """Keep the business from being removed until the unit of work is over; raise (107) if it just was."""
    if not await organizations.hold_business(ctx.tx, business_id):
        raise named_in_body_unknown("businessId", "business")
