"""Find businesses: one, by the page, and all of them for an operator."""

from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.structure.business_target import BUSINESS
from authme.structure.business_wire import BusinessAnswer, BusinessPage, shown


async def show(ctx: Context, business_id: str) -> BusinessAnswer:
    """Return a business."""
    return shown(await BUSINESS.get(ctx, business_id))


async def list_page(ctx: Context, request: Request) -> BusinessPage:
    """Return a page of the businesses that the caller reaches, the oldest first."""
    found, cursor = await BUSINESS.list_page(ctx, request)
    return BusinessPage(items=tuple(map(shown, found)), next_cursor=cursor)


async def list_all(ctx: Context) -> list[BusinessAnswer]:
    """Return every business that the caller reaches, the oldest first."""
    return list(map(shown, await BUSINESS.list_all(ctx)))
