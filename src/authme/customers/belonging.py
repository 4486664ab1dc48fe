"""What a new customer belongs to: named in the body, there for the caller, and held until the customer is there."""

import msgspec

from authme.customers import store
from authme.customers.model import Customer
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotOnThisTarget, named_in_body_unknown
from authme.organizations import store as organizations
from authme.organizations.model import Business, CorporateGroup
from authme.relation import Place, reaches
from authme.users import store as users
from authme.users.model import User


async def hold_corporate_group(ctx: Context, corporate_group_id: str) -> CorporateGroup:
    """Return the corporate group; raise FieldsRefused (107) for one that is not there for the caller."""
    unknown = named_in_body_unknown("corporateGroupId", "corporate group")
    found = await organizations.find_corporate_group(ctx.tx, corporate_group_id)
    if found is None or not reaches(ctx.caller, found.place):
        raise unknown
    if not await organizations.hold_corporate_group(ctx.tx, corporate_group_id):
        raise unknown
    return found


async def hold_business(ctx: Context, business_id: str) -> Business:
    """Return the business; raise FieldsRefused (107) for one that is not there for the caller."""
    unknown = named_in_body_unknown("businessId", "business")
    found = await organizations.find_business(ctx.tx, business_id)
    if found is None or not reaches(ctx.caller, found.place):
        raise unknown
    if not await organizations.hold_business(ctx.tx, business_id):
        raise unknown
    return found


async def hold_user(ctx: Context, user_id: str) -> User:
    """Return the user as it is now; raise FieldsRefused (107) for one that is removed or not there for the caller."""
    unknown = named_in_body_unknown("userId", "user")
    found = await users.find(ctx.tx, user_id)
    if found is None or not reaches(ctx.caller, found.place) or not await users.hold(ctx.tx, user_id):
        raise unknown
    held = await users.find(ctx.tx, user_id)
    if held is None or held.status == "REMOVED":
        raise unknown
    return held


def place_of_new(ctx: Context, place: Place | None) -> str | None:
    """Return the organisation in which the customer stands: of what it belongs to, else the caller's."""
    organization_id = (place.organization_id if place else None) or ctx.caller.organization_id
    if not reaches(ctx.caller, Place(organization_id=organization_id)):
        raise NotOnThisTarget("Whoever belongs to no organisation makes nothing in one.")
    return organization_id


async def insert(ctx: Context, made: Customer) -> int:
    """Insert the customer under the next number, and return it. The number is the last thing that is waited for."""
    number = await store.next_number(ctx.tx)
    try:
        await store.insert_customer(ctx.tx, msgspec.structs.replace(made, id=number))
    except UniqueViolation as error:
        raise AlreadyExists("There is a customer with this document, or the user is one.") from error
    return number
