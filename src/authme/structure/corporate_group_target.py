"""The corporate group that an operation is about."""

from authme.kernel.context import Context
from authme.kernel.errors import NotFound, malformed, named_in_body_unknown
from authme.organizations import store
from authme.organizations.model import CorporateGroup
from authme.relation import check_reaches


async def get(ctx: Context, corporate_group_id: str) -> CorporateGroup:
    """Return the corporate group; raise NotFound for one that is not there for the caller."""
    found = await store.find_corporate_group(ctx.tx, corporate_group_id)
    if found is None:
        raise NotFound
    check_reaches(ctx.caller, found.place)
    return found


async def hold_named(ctx: Context, corporate_group_id: str, *, for_organization: str | None) -> CorporateGroup:
    """Return the corporate group that a body names, held, which has to be of this organisation.

    Raises FieldsRefused: (107) for one that is not there for the caller, else (102) for one of another organisation.
    """
    try:
        group = await hold(ctx, corporate_group_id)
    except NotFound as error:
        raise named_in_body_unknown("corporateGroupId", "corporate group") from error
    if group.organization_id != for_organization:
        raise malformed("corporateGroupId", "a corporate group of the business's organisation is expected")
    return group


async def hold(ctx: Context, corporate_group_id: str) -> CorporateGroup:
    """Return the same; nobody else changes it, nor which businesses are in it, until the unit of work is over.

    A corporate group is held before businesses are, and those in the order of their ids.
    """
    await get(ctx, corporate_group_id)
    if not await store.hold_corporate_group(ctx.tx, corporate_group_id):
        raise NotFound
    return await get(ctx, corporate_group_id)
