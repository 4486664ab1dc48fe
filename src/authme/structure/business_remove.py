"""Remove a business."""

from sqlalchemy import BindParameter, and_, bindparam, exists, select

from authme.audit import record
from authme.clients.tables import client
from authme.customers.tables import customer
from authme.groups import member_store
from authme.groups.held import announce_all
from authme.groups.tables import access_group
from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.errors import StateForbids
from authme.organizations import store
from authme.organizations.tables import service_account
from authme.structure import business_target
from authme.users.tables import user_account

_business: BindParameter[str] = bindparam("of_business")
_HANGING = Statement(
    select(
        exists().where(user_account.c.business_id == _business).label("users"),
        exists().where(access_group.c.business_id == _business).label("groups"),
        exists().where(service_account.c.business_id == _business).label("service accounts"),
        exists().where(and_(client.c.business_id == _business, client.c.status != "REMOVED")).label("clients"),
        exists().where(customer.c.business_id == _business).label("customers"),
    )
)
_NOUNS = ("users", "groups", "service accounts", "clients", "customers")


async def remove(ctx: Context, business_id: str) -> None:
    """Remove a business, and it from the groups that it is in.

    Raises StateForbids (409) while users, groups, service accounts, clients or customers belong to it.
    """
    business = await business_target.hold(ctx, business_id)
    row = await ctx.tx.one(_HANGING, of_business=business.id)
    hanging = [noun for noun in _NOUNS if row is not None and row[noun]]
    if hanging:
        raise StateForbids(f"There are {', '.join(hanging)} of this business.")
    if await member_store.delete_everywhere(ctx.tx, business.id, "BUSINESS"):
        announce_all(ctx)
    await store.delete_business(ctx.tx, business.id)
    record(ctx, "business.removed", business.id)
