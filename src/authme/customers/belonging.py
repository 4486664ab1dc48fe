"""What a new customer belongs to: named in the body, there for the caller, and held until the customer is there.

Whoever takes several takes the corporate group first, then the user, then the business, the number last, as the operations on
these do: two units that wait for each other would both be undone.
"""

import msgspec

from authme.audit import record
from authme.customers import store
from authme.customers.model import Customer
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotOnThisTarget, named_in_body_unknown
from authme.organizations import store as organizations
from authme.organizations.model import Business, CorporateGroup
from authme.relation import Place, reaches
from authme.users import policy
from authme.users import store as users
from authme.users.model import User
from authme.users.named_business import get_named_business, hold_named_business


async def hold_corporate_group(ctx: Context, corporate_group_id: str) -> CorporateGroup:
    """Return the corporate group; raise FieldsRefused (107) for one that is not there for the caller."""
    unknown = named_in_body_unknown("corporateGroupId", "corporate group")
    found = await organizations.find_corporate_group(ctx.tx, corporate_group_id)
    if found is None or not reaches(ctx.caller, found.place):
        raise unknown
    if not await organizations.hold_corporate_group(ctx.tx, corporate_group_id):
        raise unknown
    return found


async def hold_user(ctx: Context, user_id: str) -> User:
    """Return the user as it is now.

    Raises FieldsRefused (107) for one that is removed or not there for the caller, NotOnThisTarget for whoever the caller may
    not manage.
    """
    await _get_user(ctx, user_id)
    if not await users.hold(ctx.tx, user_id):
        raise named_in_body_unknown("userId", "user")
    # Read again: while this unit waited for its turn another may have made the user a customer.
    return await _get_user(ctx, user_id)


async def hold_business(ctx: Context, business_id: str) -> Business:
    """Return the business as it is now; raise FieldsRefused (107) for one that is not there for the caller."""
    await get_named_business(ctx, business_id)
    await hold_named_business(ctx, business_id)
    return await get_named_business(ctx, business_id)


def place_of_new(ctx: Context, place: Place | None) -> str | None:
    """Return the organisation in which the customer stands: of what it belongs to, else the caller's."""
    organization_id = ctx.caller.organization_id if place is None else place.organization_id
    if not reaches(ctx.caller, Place(organization_id=organization_id)):
        raise NotOnThisTarget("Whoever belongs to no organisation makes nothing in one.")
    return organization_id


async def insert(ctx: Context, made: Customer) -> Customer:
    """Insert the customer under the next number, and return it. Nothing is waited for after the number."""
    numbered = msgspec.structs.replace(made, id=await store.next_number(ctx.tx))
    try:
        await store.insert_customer(ctx.tx, numbered)
    except UniqueViolation as error:
        raise AlreadyExists("There is a customer with this document, or the user is one.") from error
    record(ctx, "customer.created", str(numbered.id), user=numbered.user_id, business=numbered.business_id)
    return numbered


async def _get_user(ctx: Context, user_id: str) -> User:
    found = await users.find(ctx.tx, user_id)
    if found is None or found.status == "REMOVED" or not reaches(ctx.caller, found.place):
        raise named_in_body_unknown("userId", "user")
    policy.check_may_manage(ctx.caller, found)
    return found
