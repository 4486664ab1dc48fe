"""The group that an operation is about."""

from authme.groups import store
from authme.groups.model import Group
from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.relation import check_reaches


async def get(ctx: Context, group_id: str) -> Group:
    """Return the group; raise NotFound for one that is not there for the caller."""
    found = await store.find_group(ctx.tx, group_id)
    if found is None:
        raise NotFound
    check_reaches(ctx.caller, found.place)
    return found


async def hold(ctx: Context, group_id: str) -> Group:
    """Return the same; nobody else changes it, nor what it carries and depends on, until the unit of work is over."""
    # First without a write: who asks for groups that are not there makes nobody wait.
    await get(ctx, group_id)
    if not await store.hold_group(ctx.tx, group_id):
        raise NotFound
    return await get(ctx, group_id)
