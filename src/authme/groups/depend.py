"""GR-08 and GR-09: let a group depend on another, or no more."""

from collections.abc import Awaitable

from authme.audit import record
from authme.groups import dependency_store, store, target
from authme.groups.announce import announce_group
from authme.groups.bounds import check_bounds
from authme.groups.given import roles_given_by
from authme.groups.model import Group
from authme.groups.wire import DependencyAnswer, DependencyRequest
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, DependencyCycle, NotFound, StateForbids, named_in_body_unknown
from authme.organizations.store import find_business
from authme.relation import check_may_hand_on


async def depend(ctx: Context, group_id: str, body: DependencyRequest) -> DependencyAnswer:
    """Let the members of a group hold the roles of another too, and those of all that it depends on.

    Whoever does it reaches both (the other: 400, code 107) and holds all of these roles (403). Raises StateForbids (409)
    for one that does not reach as far, and where groups would depend on too many, AlreadyExists, and DependencyCycle.
    """
    group, other = await _hold_both(ctx, group_id, body.group_id)
    await check_reaches_as_far(ctx, group, other)
    check_may_hand_on(ctx.caller, await roles_given_by(ctx.tx, other.id))
    now = ctx.clock.now_ms()
    try:
        await dependency_store.insert_dependency(ctx.tx, group.id, other.id, now=now)
    except UniqueViolation as error:
        raise AlreadyExists("The group depends on the other already.") from error
    await check_bounds(ctx.tx, group.id)
    store.touch(ctx.tx, group.id, now=now)
    await announce_group(ctx, group.id)
    record(ctx, "group.dependency_added", group.id, on=other.id)
    return DependencyAnswer(group_id=group.id, dependency_group_id=other.id)


async def undepend(ctx: Context, group_id: str, depends_on_id: str) -> None:
    """Let a group depend on another no more: who holds a role by no other path loses it at once."""
    group = await target.hold(ctx, group_id)
    if not await dependency_store.delete_dependency(ctx.tx, group.id, depends_on_id):
        raise NotFound
    store.touch(ctx.tx, group.id, now=ctx.clock.now_ms())
    await announce_group(ctx, group.id)
    record(ctx, "group.dependency_removed", group.id, on=depends_on_id)


async def _hold_both(ctx: Context, group_id: str, other_id: str) -> tuple[Group, Group]:
    """Return both, held, after the graph and in the order of their ids: so does everybody who takes several."""
    # First without a write: who asks for groups that are not there makes nobody wait.
    await target.get(ctx, group_id)
    if group_id == other_id:
        raise DependencyCycle
    await _named(target.get(ctx, other_id))
    await dependency_store.hold_graph(ctx.tx)
    if group_id < other_id:
        return await target.hold(ctx, group_id), await _named(target.hold(ctx, other_id))
    other = await _named(target.hold(ctx, other_id))
    return await target.hold(ctx, group_id), other


async def _named(group: Awaitable[Group]) -> Group:
    """Return the group that the body names."""
    try:
        return await group
    except NotFound as error:
        raise named_in_body_unknown("groupId", "group") from error


async def check_reaches_as_far(ctx: Context, group: Group, other: Group) -> None:
    """Raise StateForbids if members of the group could be beyond the other's reach: its roles would not come to them."""
    reached = other.organization_id in {None, group.organization_id}
    if other.business_id is not None:
        reached = group.business_id == other.business_id
    elif other.corporate_group_id is not None:
        business = await find_business(ctx.tx, group.business_id) if group.business_id is not None else None
        belongs_to = business.corporate_group_id if business else group.corporate_group_id
        reached = belongs_to == other.corporate_group_id
    if not reached:
        raise StateForbids("The other group does not reach as far as the group.")
