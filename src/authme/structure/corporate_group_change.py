"""CG-04: change a corporate group."""

import msgspec

from authme.audit import record
from authme.kernel.context import Context
from authme.organizations import store
from authme.structure import corporate_group_businesses
from authme.structure.corporate_group_target import CORPORATE_GROUP
from authme.structure.corporate_group_wire import CorporateGroupAnswer, CorporateGroupRequest, shown


async def change(ctx: Context, corporate_group_id: str, body: CorporateGroupRequest) -> CorporateGroupAnswer:
    """Replace name, description and the businesses of a corporate group. Those that are named no more are in none.

    Raises FieldsRefused (107) for a business that is not there for the caller, StateForbids (409) for one that is in another
    corporate group.
    """
    group = await CORPORATE_GROUP.hold(ctx, corporate_group_id)
    becomes = msgspec.structs.replace(group, name=body.name, description=body.description, updated_at=ctx.clock.now_ms())
    business_ids = await corporate_group_businesses.put(ctx, group, body.business_ids)
    await store.change_corporate_group(ctx.tx, becomes)
    record(ctx, "corporate_group.changed", group.id, businesses=len(business_ids))
    return shown(becomes, business_ids)
