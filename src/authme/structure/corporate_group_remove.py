"""CG-05: remove a corporate group."""

from sqlalchemy import bindparam, exists, select

from authme.audit import record
from authme.customers.tables import customer
from authme.groups.tables import access_group
from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.errors import StateForbids
from authme.organizations import store
from authme.structure import corporate_group_businesses, corporate_group_target

_HANGING = Statement(
    select(
        exists().where(access_group.c.corporate_group_id == bindparam("of_corporate_group")).label("groups"),
        exists().where(customer.c.corporate_group_id == bindparam("of_corporate_group")).label("customers"),
    )
)


async def remove(ctx: Context, corporate_group_id: str) -> None:
    """Remove a corporate group; its businesses are in none then.

    Raises StateForbids (409) while groups or customers belong to it.
    """
    group = await corporate_group_target.hold(ctx, corporate_group_id)
    row = await ctx.tx.one(_HANGING, of_corporate_group=group.id)
    hanging = [noun for noun in ("groups", "customers") if row is not None and row[noun]]
    if hanging:
        raise StateForbids(f"There are {' and '.join(hanging)} of this corporate group.")
    await corporate_group_businesses.put(ctx, group, ())
    await store.delete_corporate_group(ctx.tx, group.id)
    record(ctx, "corporate_group.removed", group.id)
