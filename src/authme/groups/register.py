"""Register a role, so that groups can carry it, and take it away again."""

from authme.audit import record
from authme.groups import role_store
from authme.groups.model import Role
from authme.groups.role_names import check_in_path, check_name
from authme.groups.wire import RoleAnswer, RoleRequest, shown_role
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, NotFound, NotOnThisTarget, StateForbids, named_in_body_unknown
from authme.organizations import store as organizations
from authme.relation import Place, Reach, reach_of, reaches
from authme.users import authority_store


async def register(ctx: Context, body: RoleRequest) -> RoleAnswer:
    """Register a role: ADMIN for its organisation, IAM_ADMIN_MAINTENANCE for the one that is named, or for everywhere.

    A name is registered once, for whichever organisation: in tokens it stands alone. Raises FieldsRefused for a name that no
    role can have (102) and for an organisation that is not there for the caller (107), AlreadyExists for a name that is taken.
    """
    check_name(body.name)
    reach = reach_of(ctx.caller)
    made = Role(
        name=body.name,
        organization_id=body.organization_id or (reach.id if reach.by == "ORGANIZATION" else None),
        description=body.description,
        created_at=ctx.clock.now_ms(),
    )
    await _hold_organization(ctx, reach, made.organization_id)
    if reach.by != "EVERYWHERE" and await authority_store.is_held_directly(ctx.tx, made.name):
        # Whoever registers a role holds it: an organisation would come to what people elsewhere were given.
        raise AlreadyExists("A role of this name is held already.")
    try:
        await role_store.insert_role(ctx.tx, made)
    except UniqueViolation as error:
        raise AlreadyExists("A role of this name is registered.") from error
    record(ctx, "role.registered", made.name, organization=made.organization_id)
    return shown_role(made)


async def unregister(ctx: Context, role_name: str) -> None:
    """Take a role out of the register. Raises StateForbids (409) while a group carries it.

    A role of another organisation is not there (404); one of everywhere is there to be carried, and goes only with whoever
    reaches everywhere (403).
    """
    check_in_path(role_name)
    found = await role_store.find_role(ctx.tx, role_name)
    if found is None:
        raise NotFound
    if not reaches(ctx.caller, found.place):
        raise NotOnThisTarget("A role of everywhere is not of this organisation.") if found.is_of_everywhere else NotFound
    if not await role_store.hold_role(ctx.tx, role_name):
        raise NotFound
    if await role_store.is_carried(ctx.tx, role_name):
        raise StateForbids("A group carries the role.")
    await role_store.delete_role(ctx.tx, role_name)
    record(ctx, "role.unregistered", role_name)


async def _hold_organization(ctx: Context, reach: Reach, organization_id: str | None) -> None:
    if organization_id is None:
        if reach.by != "EVERYWHERE":
            raise NotOnThisTarget("Whoever belongs to no organisation registers nothing in one.")
        return
    is_there = reaches(ctx.caller, Place(organization_id)) and await organizations.hold_organization(ctx.tx, organization_id)
    if not is_there:
        raise named_in_body_unknown("organizationId", "organisation")
