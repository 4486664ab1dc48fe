"""Cancel an order."""

from authme.audit import record
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.products import store
from authme.products.accesses import TOPIC
from authme.products.model import EVERY_ORGANIZATION
from authme.relation import reach_of

_LONGEST = 256


async def cancel(ctx: Context, order_id: str) -> None:
    """Cancel the order in what the caller reaches: its tokens are dead at once, and none is issued any more.

    It is the same whether the order was heard of or not, so that nobody learns of the orders of others; a repeat is harmless.
    """
    reach = reach_of(ctx.caller)
    if not 1 <= len(order_id) <= _LONGEST or "\0" in order_id:
        # No order has such a name.
        raise NotFound
    if reach.by not in {"EVERYWHERE", "ORGANIZATION"}:
        raise NotFound
    organization_id = EVERY_ORGANIZATION if reach.by == "EVERYWHERE" else reach.id
    if await store.cancel(ctx.tx, order_id, organization_id, now=ctx.clock.now_ms()):
        ctx.tx.announce(TOPIC, order_id)
        # Of the order a keyed hash: what it is called is typed text.
        digest = ctx.part(Digester).digest("order", order_id).hex()[:32]
        record(ctx, "order.cancelled", digest, organization=organization_id)
