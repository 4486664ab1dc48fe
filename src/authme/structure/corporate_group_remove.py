"""CG-05: remove a corporate group."""

from authme.kernel.context import Context
from authme.structure import corporate_group_businesses
from authme.structure.corporate_group_target import CORPORATE_GROUP


async def remove(ctx: Context, corporate_group_id: str) -> None:
    """Remove a corporate group; its businesses are in none then.

    Raises StateForbids (409) while groups or customers belong to it.
    """
    group = await CORPORATE_GROUP.hold(ctx, corporate_group_id)
    await corporate_group_businesses.put(ctx, group, ())
    await CORPORATE_GROUP.remove(ctx, group.id)
