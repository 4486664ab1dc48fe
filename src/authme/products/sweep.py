"""Delete what gives access no longer."""

from authme.kernel.context import Context
from authme.products import store


async def sweep(ctx: Context) -> int:
    """Delete up to a batch of product accesses that are over; return how many."""
    return await store.sweep(ctx.tx, now=ctx.clock.now_ms())
