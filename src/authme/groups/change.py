"""GR-04: change a group."""

import msgspec

from authme.audit import record
from authme.groups import find, store, target
from authme.groups.wire import GroupAnswer, GroupRequest
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids


async def change(ctx: Context, group_id: str, body: GroupRequest) -> GroupAnswer:
    """Replace name and description of a group.

    What it belongs to may be repeated and not changed (409): its members were chosen for that.
    """
    group = await target.hold(ctx, group_id)
    if body.business_id not in {None, group.business_id} or body.corporate_group_id not in {None, group.corporate_group_id}:
        raise StateForbids("A group stays with the business or corporate group that it was made for.")
    becomes = msgspec.structs.replace(group, name=body.name, description=body.description, updated_at=ctx.clock.now_ms())
    await store.change_group(ctx.tx, becomes)
    record(ctx, "group.changed", group.id)
    return await find.show(ctx, group.id)
