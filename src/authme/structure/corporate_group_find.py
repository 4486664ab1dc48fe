"""CG-02 and CG-03: find corporate groups."""

from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.organizations import business_store
from authme.structure.corporate_group_target import CORPORATE_GROUP
from authme.structure.corporate_group_wire import CorporateGroupAnswer, CorporateGroupPage, shown


async def show(ctx: Context, corporate_group_id: str) -> CorporateGroupAnswer:
    """Return a corporate group with the businesses in it."""
    group = await CORPORATE_GROUP.get(ctx, corporate_group_id)
    return shown(group, (await business_store.list_in_corporate_groups(ctx.tx, [group.id]))[group.id])


async def list_page(ctx: Context, request: Request) -> CorporateGroupPage:
    """Return a page of the corporate groups that the caller reaches, the oldest first."""
    found, cursor = await CORPORATE_GROUP.list_page(ctx, request)
    businesses = await business_store.list_in_corporate_groups(ctx.tx, [group.id for group in found])
    return CorporateGroupPage(items=tuple(shown(group, businesses[group.id]) for group in found), next_cursor=cursor)
