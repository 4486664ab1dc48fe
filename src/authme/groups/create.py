"""GR-01: make a group."""

import msgspec

from authme.audit import record
from authme.groups import store
from authme.groups.model import Group
from authme.groups.wire import GroupAnswer, GroupRequest, shown_group
from authme.kernel.context import Context
from authme.kernel.errors import NotOnThisTarget, StateForbids, malformed, named_in_body_unknown
from authme.kernel.ids import new_id
from authme.organizations import store as organizations
from authme.relation import Place, reach_of, reaches
from authme.users import store as users

MOST_OF_BUSINESS = 300
MOST_OF_PERSON = 50


class GroupDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a new group is to be."""

    name: str
    description: str | None = None
    organization_id: str | None = None
    """Only an operator names one: of others it follows from where they stand."""
    business_id: str | None = None
    corporate_group_id: str | None = None


async def create_group(ctx: Context, body: GroupRequest) -> GroupAnswer:
    """Make a group, which carries nothing yet. What belongs to a business or corporate group reaches nobody beyond it.

    An owner or administrator of a business makes groups of that business, a person groups of their own.
    """
    draft = GroupDraft(
        name=body.name,
        description=body.description,
        business_id=body.business_id,
        corporate_group_id=body.corporate_group_id,
    )
    return shown_group(await create(ctx, draft))


async def create(ctx: Context, draft: GroupDraft) -> Group:
    """Make a group and return it. Where it stands follows from what it belongs to, else from the caller.

    Raises FieldsRefused for a business and a corporate group at once (102) and for one that is not there for the caller (107),
    StateForbids (409) where a business or a person has too many.
    """
    if draft.business_id is not None and draft.corporate_group_id is not None:
        raise malformed("corporateGroupId", "a group belongs to a business or to a corporate group, not to both")
    place, corporate_group_id = await _place(ctx, draft)
    await _check_room(ctx, place)
    now = ctx.clock.now_ms()
    made = Group(
        id=new_id(ctx.clock),
        organization_id=place.organization_id,
        business_id=place.business_id,
        corporate_group_id=corporate_group_id,
        owner_id=place.owner_id,
        name=draft.name,
        description=draft.description,
        created_at=now,
        updated_at=now,
    )
    await store.insert_group(ctx.tx, made)
    record(ctx, "group.created", made.id)
    return made


async def _place(ctx: Context, draft: GroupDraft) -> tuple[Place, str | None]:
    """Return where the group is to stand, and its corporate group; what it belongs to is held."""
    reach = reach_of(ctx.caller)
    business_id = draft.business_id
    if draft.corporate_group_id is not None:
        return await _in_corporate_group(ctx, draft.corporate_group_id), draft.corporate_group_id
    if reach.by == "BUSINESS":
        business_id = business_id or reach.id
    if business_id is not None:
        return await _in_business(ctx, business_id), None
    if reach.by == "NOWHERE":
        raise NotOnThisTarget("Whoever belongs to no organisation makes nothing in one.")
    if draft.organization_id is not None and not await organizations.hold_organization(ctx.tx, draft.organization_id):
        raise named_in_body_unknown("organizationId", "organisation")
    owner_id = reach.id if reach.by == "OWNER" else None
    return Place(draft.organization_id or ctx.caller.organization_id, None, owner_id), None


async def _check_room(ctx: Context, place: Place) -> None:
    """Raise StateForbids where a business, or a person, has as many groups as it may.

    Without a bound, whoever makes groups could put so many behind somebody that all of their roles are lost.
    """
    if place.business_id is not None and await store.count_of(ctx.tx, "BUSINESS", place.business_id) >= MOST_OF_BUSINESS:
        raise StateForbids(f"A business has {MOST_OF_BUSINESS} groups at most.")
    if place.owner_id is not None:
        await users.hold(ctx.tx, place.owner_id)
        if await store.count_of(ctx.tx, "OWNER", place.owner_id) >= MOST_OF_PERSON:
            raise StateForbids(f"A person has {MOST_OF_PERSON} groups at most.")


async def _in_business(ctx: Context, business_id: str) -> Place:
    found = await organizations.find_business(ctx.tx, business_id)
    is_there = found is not None and reaches(ctx.caller, found.place)
    if found is None or not is_there or not await organizations.hold_business(ctx.tx, business_id):
        raise named_in_body_unknown("businessId", "business")
    return Place(found.organization_id, business_id)


async def _in_corporate_group(ctx: Context, corporate_group_id: str) -> Place:
    found = await organizations.find_corporate_group(ctx.tx, corporate_group_id)
    is_there = found is not None and reaches(ctx.caller, found.place)
    if found is None or not is_there or not await organizations.hold_corporate_group(ctx.tx, corporate_group_id):
        raise named_in_body_unknown("corporateGroupId", "corporate group")
    return Place(found.organization_id)
