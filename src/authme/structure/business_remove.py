"""Remove a business."""

from authme.groups import member_store
from authme.groups.held import announce_all
from authme.kernel.context import Context
from authme.structure.business_target import BUSINESS


async def remove(ctx: Context, business_id: str) -> None:
    """Remove a business, and it from the groups that it is in.

    Raises StateForbids (409) while users, groups, service accounts, clients or customers belong to it.
    """
    business = await BUSINESS.hold(ctx, business_id)
    if await member_store.delete_everywhere(ctx.tx, business.id, "BUSINESS"):
        announce_all(ctx)
    await BUSINESS.remove(ctx, business.id)
