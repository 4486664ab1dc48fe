"""CG-01: make a corporate group."""

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.organizations import business_store, store
from authme.organizations.model import CorporateGroup
from authme.structure import corporate_group_businesses
from authme.structure.corporate_group_wire import CorporateGroupAnswer, CorporateGroupRequest, shown
from authme.structure.organization_chosen import hold_chosen


async def create(ctx: Context, body: CorporateGroupRequest) -> CorporateGroupAnswer:
    """Make a corporate group of businesses of one organisation, in which it stands; without businesses, in the caller's.

    Raises FieldsRefused (107) for a business that is not there for the caller, StateForbids (409) for one that is in another
    corporate group.
    """
    found = await business_store.find_businesses(ctx.tx, body.business_ids)
    corporate_group_businesses.check_known(ctx, body.business_ids, found)
    now = ctx.clock.now_ms()
    made = CorporateGroup(
        id=new_id(ctx.clock),
        organization_id=found[0].organization_id if found else await hold_chosen(ctx, None),
        name=body.name,
        description=body.description,
        created_at=now,
        updated_at=now,
    )
    await store.insert_corporate_group(ctx.tx, made)
    business_ids = await corporate_group_businesses.put(ctx, made, body.business_ids)
    record(ctx, "corporate_group.created", made.id, businesses=len(business_ids))
    return shown(made, business_ids)
