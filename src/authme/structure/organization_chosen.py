"""The organisation in which something new is to stand."""

from authme.kernel.context import Context
from authme.kernel.errors import NotOnThisTarget, missing, named_in_body_unknown
from authme.organizations import store
from authme.relation import Place, reaches


async def hold_chosen(ctx: Context, named: str | None) -> str | None:
    """Return the organisation that a body names, else the caller's, which stays until the unit of work is over.

    Raises (107) for one that is not there for the caller; NotOnThisTarget where none is named and the caller would not reach
    what it makes.
    """
    organization_id = check_chosen(ctx, named)
    # That of a user of an earlier version may not be registered.
    is_held = organization_id is not None and await store.hold_organization(ctx.tx, organization_id)
    if named is not None and not is_held:
        raise named_in_body_unknown("organizationId", "organisation")
    return organization_id


def check_chosen(ctx: Context, named: str | None) -> str | None:
    """Return the same before anything is written, whether it is there or not; raises the same where it is not reached."""
    organization_id = named or ctx.caller.organization_id
    if reaches(ctx.caller, Place(organization_id=organization_id)):
        return organization_id
    if named is not None:
        raise named_in_body_unknown("organizationId", "organisation")
    raise NotOnThisTarget("Whoever belongs to no organisation makes nothing in one.")


async def hold_registered(ctx: Context, named: str | None) -> str:
    """Return the same for what stands in a registered organisation only.

    Raises the same, and (101) where none is named by somebody who reaches everything and belongs to none.
    """
    organization_id = await hold_chosen(ctx, named or ctx.caller.organization_id)
    if organization_id is None:
        raise missing("organizationId")
    return organization_id
