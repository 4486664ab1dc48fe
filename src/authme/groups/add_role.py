"""GR-06 and GR-07: let a group carry a role, or no more."""

from authme.audit import record
from authme.groups import group_role_store, role_store, store, target
from authme.groups.announce import announce_group
from authme.groups.role_names import check_in_path
from authme.groups.wire import GroupRoleAnswer, GroupRoleRequest
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotFound, StateForbids, named_in_body_unknown
from authme.relation import check_may_hand_on

MAXIMUM_ROLES = 200
"""As many roles a group carries itself."""


async def add_role(ctx: Context, group_id: str, body: GroupRoleRequest) -> GroupRoleAnswer:
    """Let a group carry a registered role, which its members then hold, and those of groups that depend on it.

    Whoever adds it holds it (403). Raises FieldsRefused (107) for a role that is not registered for everywhere or for the
    group's organisation, AlreadyExists (409) for one that the group carries.
    """
    group = await target.hold(ctx, group_id)
    role = await role_store.keep_role(ctx.tx, body.role)
    if role is None or role.organization_id not in {None, group.organization_id}:
        raise named_in_body_unknown("role", "role")
    check_may_hand_on(ctx.caller, {role.name: role.organization_id})
    if await group_role_store.count_group_roles(ctx.tx, group.id) >= MAXIMUM_ROLES:
        raise StateForbids(f"A group carries {MAXIMUM_ROLES} roles at most.")
    try:
        await group_role_store.insert_group_role(ctx.tx, group.id, role.name, now=ctx.clock.now_ms())
    except UniqueViolation as error:
        raise AlreadyExists("The group carries the role already.") from error
    store.touch(ctx.tx, group.id, now=ctx.clock.now_ms())
    await announce_group(ctx, group.id)
    record(ctx, "group.role_added", group.id, role=role.name)
    return GroupRoleAnswer(group_id=group.id, role=role.name)


async def remove_role(ctx: Context, group_id: str, role_name: str) -> None:
    """Let a group carry a role no more: who holds it by no other path loses it at once."""
    check_in_path(role_name)
    group = await target.hold(ctx, group_id)
    if not await group_role_store.delete_group_role(ctx.tx, group.id, role_name):
        raise NotFound
    store.touch(ctx.tx, group.id, now=ctx.clock.now_ms())
    await announce_group(ctx, group.id)
    record(ctx, "group.role_removed", group.id, role=role_name)
