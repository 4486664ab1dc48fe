"""The business that an operation is about."""

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.organizations import store
from authme.organizations.model import Business
from authme.relation import check_reaches


async def get(ctx: Context, business_id: str) -> Business:
    """Return the business; raise NotFound for one that is not there for the caller."""
    found = await store.find_business(ctx.tx, business_id)
    if found is None:
        raise NotFound
    check_reaches(ctx.caller, found.place)
    return found


async def hold(ctx: Context, business_id: str) -> Business:
    """Return the same, which nobody else changes until the unit of work is over."""
    await get(ctx, business_id)
    if not await store.hold_business(ctx.tx, business_id):
        raise NotFound
    return await get(ctx, business_id)
