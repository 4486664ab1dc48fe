"""Register a business."""

from authme.audit import record
from authme.groups.held import announce_all
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotOnThisTarget
from authme.kernel.ids import new_id
from authme.organizations import store
from authme.organizations.model import Business
from authme.relation import MAINTENANCE
from authme.structure import corporate_group_businesses
from authme.structure.business_wire import BusinessAnswer, CreateBusinessRequest, shown
from authme.structure.corporate_group_target import CORPORATE_GROUP
from authme.structure.organization_chosen import hold_chosen
from authme.users.names import cnpj
from authme.users.wire import read_document


async def create(ctx: Context, body: CreateBusinessRequest) -> BusinessAnswer:
    """Register a business, in the organisation that is named or else the caller's.

    Raises (107) for an organisation or a corporate group that is not there for the caller, AlreadyExists (409) for a document
    or an id of another.
    """
    if body.business_id is not None and not (ctx.caller.is_operator or ctx.caller.has(MAINTENANCE)):
        # Users elsewhere may carry the id: whoever registers it reaches them.
        raise NotOnThisTarget("Only IAM_ADMIN_MAINTENANCE chooses the id of a business.")
    document = read_document(body.document, cnpj)
    made = _business(ctx, body, document, await hold_chosen(ctx, body.organization_id))
    if made.corporate_group_id is not None:
        await _hold_corporate_group(ctx, made, made.corporate_group_id)
    try:
        await store.insert_business(ctx.tx, made)
    except UniqueViolation as error:
        raise AlreadyExists("There is a business with this document or id.") from error
    record(ctx, "business.created", made.id)
    return shown(made)


def _business(ctx: Context, body: CreateBusinessRequest, document: str, organization_id: str | None) -> Business:
    now = ctx.clock.now_ms()
    return Business(
        id=body.business_id or new_id(ctx.clock),
        organization_id=organization_id,
        document=document,
        name=body.name,
        corporate_group_id=body.corporate_group_id,
        created_at=now,
        updated_at=now,
    )


async def _hold_corporate_group(ctx: Context, made: Business, corporate_group_id: str) -> None:
    group = await CORPORATE_GROUP.hold_named(ctx, "corporateGroupId", corporate_group_id, of=made.organization_id)
    await corporate_group_businesses.check_room(ctx, group)
    # Users may carry the id of the business already.
    announce_all(ctx)
