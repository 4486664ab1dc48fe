"""Which roles somebody would get, and where each is registered: what has to be held by whoever hands them on."""

from sqlalchemy import select

from authme.groups import role_store
from authme.groups.effective import Subject, TooManyGroups, find_roles, find_service
from authme.groups.graph import find_below
from authme.groups.tables import group_role, role
from authme.kernel.database import Reader, Statement, contained_in, looked_up
from authme.kernel.errors import NotOnThisTarget, StateForbids

_GIVEN = Statement(
    select(role.c.name, role.c.organization_id)
    .distinct()
    .join_from(group_role, role, looked_up(role.c.name, group_role.c.role))
    .where(contained_in(group_role.c.group_id, "groups"))
)


async def roles_given_by(reader: Reader, group_id: str) -> dict[str, str | None]:
    """Return every role that a member of the group gets, each with the organisation it is registered in.

    Those of all that it depends on are among them. Raises StateForbids where these are too many to be looked through: its
    members get no role by it today, and would get all of them once it depends on less.
    """
    try:
        groups = await find_below(reader, [group_id])
    except TooManyGroups as error:
        raise StateForbids("The group depends, directly or not, on more groups than it can.") from error
    return {row["name"]: row["organization_id"] for row in await reader.all(_GIVEN, groups=sorted(groups))}


async def roles_given_to_business(reader: Reader, business_id: str) -> dict[str, str | None]:
    """Return every role that comes to all users of a business, each with the organisation it is registered in.

    Raises NotOnThisTarget where its groups are too many to know them.
    """
    try:
        roles = await find_roles(reader, Subject("BUSINESS", business_id))
    except TooManyGroups as error:
        raise NotOnThisTarget("The business is in too many groups to know its roles.") from error
    return await role_store.find_organizations_of(reader, roles)


async def roles_given_to_service(reader: Reader, service_id: str) -> dict[str, str | None]:
    """Return every role that comes to a service account, each with the organisation it is registered in.

    Raises NotOnThisTarget where its groups are too many to know them.
    """
    try:
        roles = await find_roles(reader, await find_service(reader, service_id))
    except TooManyGroups as error:
        raise NotOnThisTarget("The service account is in too many groups to know its roles.") from error
    return await role_store.find_organizations_of(reader, roles)
