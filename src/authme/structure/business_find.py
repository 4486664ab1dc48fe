"""Businesses by the page for administrators, and all of them for an operator."""

from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.organizations import store
from authme.organizations.model import Business
from authme.relation import reach_of
from authme.structure import business_target
from authme.structure.business_wire import BusinessAnswer, BusinessPage, shown

_PAGE = 200


async def show(ctx: Context, business_id: str) -> BusinessAnswer:
    """Return a business."""
    return shown(await business_target.get(ctx, business_id))


async def list_page(ctx: Context, request: Request) -> BusinessPage:
    """Return a page of the businesses that the caller reaches, the oldest first."""
    page = PageRequest.from_query(request.query)
    found = await store.list_businesses(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)
    return BusinessPage(items=tuple(map(shown, found[: page.limit])), next_cursor=page.next_cursor([one.id for one in found]))


async def list_all(ctx: Context) -> list[BusinessAnswer]:
    """Return every business that the caller reaches, the oldest first."""
    reach, found = reach_of(ctx.caller), list[Business]()
    while page := await store.list_businesses(ctx.tx, reach, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return list(map(shown, found))
