"""GR-05: delete a group."""

from authme.audit import record
from authme.groups import dependency_store, store, target
from authme.groups.announce import announce_group
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids


async def remove(ctx: Context, group_id: str) -> None:
    """Delete a group, and so who is in it, what it carries and what it depends on: its roles leave its members at once.

    Raises StateForbids (409) while other groups depend on it.
    """
    await target.get(ctx, group_id)
    await dependency_store.hold_graph(ctx.tx)
    group = await target.hold(ctx, group_id)
    if await dependency_store.is_depended_on(ctx.tx, group.id):
        raise StateForbids("Other groups depend on the group.")
    await announce_group(ctx, group.id)
    await store.delete_group(ctx.tx, group.id)
    record(ctx, "group.removed", group.id)
