"""Remove a customer."""

from authme import sessions
from authme.audit import record
from authme.customers import store, user_store
from authme.customers.find import get
from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.users import store as users


async def remove(ctx: Context, number: str) -> None:
    """Remove a customer: the document is free again, the number is not given again, the user or business stays."""
    found = await get(ctx, number)
    if found.user_id is not None:
        await users.hold(ctx.tx, found.user_id)
        user_store.set_customer(ctx.tx, found.user_id, None)
        ctx.tx.announce(sessions.USER_TOPIC, found.user_id)
    if not await store.delete_customer(ctx.tx, found.id):
        raise NotFound
    record(ctx, "customer.removed", str(found.id))
