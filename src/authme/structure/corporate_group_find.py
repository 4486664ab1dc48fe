"""CG-02 and CG-03: corporate groups by the page for administrators, and all of them for an operator."""

from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.organizations import business_store, store
from authme.organizations.model import CorporateGroup
from authme.relation import reach_of
from authme.structure import corporate_group_target
from authme.structure.corporate_group_wire import CorporateGroupAnswer, CorporateGroupPage, shown

_PAGE = 200


async def show(ctx: Context, corporate_group_id: str) -> CorporateGroupAnswer:
    """Return a corporate group with the businesses in it."""
    group = await corporate_group_target.get(ctx, corporate_group_id)
    return shown(group, (await business_store.list_in_corporate_groups(ctx.tx, [group.id]))[group.id])


async def list_page(ctx: Context, request: Request) -> CorporateGroupPage:
    """Return a page of the corporate groups that the caller reaches, the oldest first."""
    page = PageRequest.from_query(request.query)
    found = await store.list_corporate_groups(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)
    ids = [group.id for group in found]
    businesses = await business_store.list_in_corporate_groups(ctx.tx, ids[: page.limit])
    return CorporateGroupPage(
        items=tuple(shown(group, businesses[group.id]) for group in found[: page.limit]), next_cursor=page.next_cursor(ids)
    )


async def list_all(ctx: Context) -> list[CorporateGroup]:
    """Return every corporate group that the caller reaches, the oldest first."""
    reach, found = reach_of(ctx.caller), list[CorporateGroup]()
    while page := await store.list_corporate_groups(ctx.tx, reach, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found
