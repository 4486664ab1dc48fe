"""Change a business."""

import msgspec

from authme.audit import record
from authme.customers import store as customers
from authme.groups.given import roles_given_to_business
from authme.groups.held import announce_all
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists
from authme.organizations import store
from authme.structure import corporate_group_businesses
from authme.structure.business_target import BUSINESS
from authme.structure.business_wire import BusinessAnswer, ChangeBusinessRequest, shown
from authme.structure.corporate_group_target import CORPORATE_GROUP
from authme.users.names import cnpj
from authme.users.wire import read_document


async def change(ctx: Context, business_id: str, body: ChangeBusinessRequest) -> BusinessAnswer:
    """Replace document, name and corporate group of a business.

    Coming to another corporate group it leaves the one before; the roles that come through them change within a second.
    Raises (107) for a corporate group that is not there for the caller, AlreadyExists (409) for a document of another.
    """
    document = read_document(body.document, cnpj)
    target = await BUSINESS.get(ctx, business_id)
    group = None
    if body.corporate_group_id is not None:
        # Corporate groups are held before businesses: so does whoever changes a corporate group.
        group = await CORPORATE_GROUP.hold_named(ctx, "corporateGroupId", body.corporate_group_id, of=target.organization_id)
    was = await BUSINESS.hold(ctx, business_id)
    becomes = msgspec.structs.replace(
        was,
        document=document,
        name=body.name,
        corporate_group_id=body.corporate_group_id,
        updated_at=ctx.clock.now_ms(),
    )
    comes = becomes.corporate_group_id != was.corporate_group_id
    had = await roles_given_to_business(ctx.tx, was.id) if comes else {}
    if comes and group is not None:
        await corporate_group_businesses.check_room(ctx, group)
    try:
        await store.change_business(ctx.tx, becomes)
        await customers.follow_business(ctx.tx, becomes.id, becomes.document)
    except UniqueViolation as error:
        raise AlreadyExists("Another business or customer has this document.") from error
    if comes:
        await corporate_group_businesses.check_may_bring(ctx, becomes.id, had)
        announce_all(ctx)
    record(ctx, "business.changed", becomes.id)
    return shown(becomes)
