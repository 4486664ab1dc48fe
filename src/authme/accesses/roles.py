"""UA-07, BA-04, SA-04: which roles somebody holds, and through which groups."""

from collections.abc import Iterable

from authme.accesses.paths import find_paths
from authme.accesses.wire import EffectiveRole, EffectiveRoles
from authme.groups.effective import Subject, TooManyGroups
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, StateForbids
from authme.organizations.store import find_business, find_service_account
from authme.relation import check_reaches
from authme.users import store as users


async def list_roles_of_user(ctx: Context, user_id: str) -> EffectiveRoles:
    """Return the user's offices and roles, each with the shortest path to each group that carries it.

    A path begins with the group that the user, or their business, is in; a role without one is held directly. 409 where the
    groups are too many to be shown.
    """
    user = await users.get(ctx.tx, user_id)
    check_reaches(ctx.caller, user.place)
    return await _roles(ctx, Subject("USER", user.id, user.business_id), user.authorities)


async def list_roles_of_business(ctx: Context, business_id: str) -> EffectiveRoles:
    """Return the roles that come to all users and services of the business, each with the paths by which it does.

    409 where the groups are too many to be shown.
    """
    business = await find_business(ctx.tx, business_id)
    if business is None:
        raise NotFound
    check_reaches(ctx.caller, business.place)
    return await _roles(ctx, Subject("BUSINESS", business.id))


async def list_roles_of_service(ctx: Context, service_id: str) -> EffectiveRoles:
    """Return the roles of the service account, each with the shortest path to each group that carries it.

    A path begins with the group that the service account, or its business, is in. 409 where the groups are too many to be
    shown.
    """
    service = await find_service_account(ctx.tx, service_id)
    if service is None:
        raise NotFound
    check_reaches(ctx.caller, service.place)
    return await _roles(ctx, Subject("SERVICE", service.id, service.business_id))


async def _roles(ctx: Context, subject: Subject, held_directly: Iterable[str] = ()) -> EffectiveRoles:
    try:
        paths = await find_paths(ctx.tx, subject)
    except TooManyGroups as error:
        raise StateForbids("The groups are too many, or the paths through them too long, to be shown.") from error
    roles = {*held_directly, *paths}
    return EffectiveRoles(items=tuple(EffectiveRole(role=role, groups=tuple(paths.get(role, ()))) for role in sorted(roles)))
