"""Delete what no longer logs anyone in."""

from authme.devices import store
from authme.kernel.context import Context


async def sweep(ctx: Context) -> int:
    """Delete remember-me series that expired; return how many."""
    return await store.sweep(ctx.tx, now=ctx.clock.now_ms())
