"""The users of a business, and the offices they hold in it."""

from typing import Literal

from authme.accounts import belonging
from authme.accounts.target import hold_managed
from authme.audit import record
from authme.groups.given import roles_given_to_business
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, NotOnThisTarget, StateForbids
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.kernel.wire import Answer, Wire
from authme.organizations import store as organizations
from authme.relation import check_may_hand_on, holds
from authme.relation.names import BUSINESS_ADMIN, BUSINESS_OWNER
from authme.structure.business_target import BUSINESS
from authme.users import business_store
from authme.users.model import User

Office = Literal["OWNER", "ADMINISTRATOR", "USER"]
_AUTHORITY: dict[Office, str | None] = {"OWNER": BUSINESS_OWNER, "ADMINISTRATOR": BUSINESS_ADMIN, "USER": None}
_PAGE = 200


class PutBusinessUserRequest(Wire, frozen=True):
    """The office that a user is to hold in the business."""

    office: Office


class BusinessUser(Answer, frozen=True):
    """A user of a business."""

    user_id: str
    name: str | None
    office: Office


class BusinessUserPage(Answer, frozen=True):
    """A page of the users of a business."""

    items: tuple[BusinessUser, ...]
    next_cursor: str | None


async def list_users(ctx: Context, business_id: str, request: Request) -> BusinessUserPage:
    """Return a page of the users of a business, each with the office held there."""
    business = await BUSINESS.get(ctx, business_id)
    page = PageRequest.from_query(request.query)
    found = await business_store.list_in_business(ctx.tx, business.id, after=page.after, limit=page.limit + 1)
    return BusinessUserPage(
        items=tuple(map(_shown, found[: page.limit])), next_cursor=page.next_cursor([user.id for user in found])
    )


async def list_all(ctx: Context, business_id: str) -> list[BusinessUser]:
    """Return every user of a business, the oldest first, for an operator."""
    business, found = await BUSINESS.get(ctx, business_id), list[User]()
    while page := await business_store.list_in_business(ctx.tx, business.id, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return list(map(_shown, found))


async def put_user(ctx: Context, business_id: str, user_id: str, body: PutBusinessUserRequest) -> BusinessUser:
    """Bring a user to the business, or change the office that they hold there.

    Nobody gives an office that they do not hold, nor the roles that come to all users of the business. Raises StateForbids
    (409) for a user of another business or organisation. The office is in the user's next token; one that is taken away is gone
    within a second.
    """
    business = await BUSINESS.get(ctx, business_id)
    target = await hold_managed(ctx, user_id)
    authority = _AUTHORITY[body.office]
    if authority is not None and not holds(ctx.caller, authority):
        raise NotOnThisTarget("An office can be given only by whoever holds it, or one above it.")
    if target.business_id not in {None, business.id}:
        raise StateForbids("The user belongs to another business.")
    belonging.check_may_belong(target, business)
    if not await organizations.hold_business(ctx.tx, business.id):
        raise NotFound
    if target.business_id is None:
        check_may_hand_on(ctx.caller, await roles_given_to_business(ctx.tx, business.id))
    becomes = belonging.moved(target, to=business, office=authority)
    if becomes.business_id != target.business_id or set(becomes.authorities) != set(target.authorities):
        await belonging.change(ctx, target, becomes)
        record(ctx, "business_user.put", target.id, business=business.id, office=body.office)
    return _shown(becomes)


async def remove_user(ctx: Context, business_id: str, user_id: str) -> None:
    """Take a user out of the business: within a second nothing that came by it is theirs, in running sessions too."""
    business = await BUSINESS.get(ctx, business_id)
    target = await hold_managed(ctx, user_id)
    if target.business_id != business.id:
        raise NotFound
    await belonging.change(ctx, target, belonging.moved(target, to=None))
    record(ctx, "business_user.removed", target.id, business=business.id)


def _shown(user: User) -> BusinessUser:
    office: Office = "USER"
    if BUSINESS_OWNER in user.authorities:
        office = "OWNER"
    elif BUSINESS_ADMIN in user.authorities:
        office = "ADMINISTRATOR"
    return BusinessUser(user_id=user.id, name=user.name, office=office)
