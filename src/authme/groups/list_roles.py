"""Registered roles by the page for administrators, and all of them for an operator."""

from authme.groups import role_store
from authme.groups.model import Role
from authme.groups.wire import RolePage, shown_role
from authme.kernel.context import OPERATOR, Context
from authme.kernel.database import Reader
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.relation import reach_of

_PAGE = 200


async def list_page(ctx: Context, request: Request) -> RolePage:
    """Return a page of the roles that the caller's groups can carry: of its organisation, and of everywhere."""
    page = PageRequest.from_query(request.query)
    found = await role_store.list_roles(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)
    return RolePage(
        items=tuple(map(shown_role, found[: page.limit])), next_cursor=page.next_cursor([role.name for role in found])
    )


async def list_all(reader: Reader) -> list[Role]:
    """Return every role, in the order of their names, for an operator."""
    found: list[Role] = []
    while page := await role_store.list_roles(reader, reach_of(OPERATOR), after=found[-1].name if found else "", limit=_PAGE):
        found += page
    return found
