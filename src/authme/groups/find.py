"""GR-02 and GR-03: groups by the page, and all of them for an operator."""

from collections.abc import Sequence

from authme.groups import dependency_store, group_role_store, store, target
from authme.groups.model import Group
from authme.groups.wire import GroupAnswer, GroupPage, shown_group
from authme.kernel.context import OPERATOR, Context
from authme.kernel.database import Reader
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.relation import reach_of

_PAGE = 200


async def show(ctx: Context, group_id: str) -> GroupAnswer:
    """Return a group with the roles that it carries and the groups that it depends on."""
    return (await _whole(ctx.tx, [await target.get(ctx, group_id)]))[0]


async def list_page(ctx: Context, request: Request) -> GroupPage:
    """Return a page of the groups that the caller reaches, the oldest first."""
    page = PageRequest.from_query(request.query)
    found = await store.list_groups(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)
    return GroupPage(
        items=tuple(await _whole(ctx.tx, found[: page.limit])), next_cursor=page.next_cursor([group.id for group in found])
    )


async def list_all(reader: Reader) -> list[Group]:
    """Return every group, the oldest first, for an operator."""
    found: list[Group] = []
    while page := await store.list_groups(reader, reach_of(OPERATOR), after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found


async def _whole(reader: Reader, groups: Sequence[Group]) -> list[GroupAnswer]:
    ids = [group.id for group in groups]
    roles = await group_role_store.list_group_roles(reader, ids)
    dependencies = await dependency_store.list_dependencies(reader, ids)
    return [shown_group(group, roles[group.id], dependencies[group.id]) for group in groups]
