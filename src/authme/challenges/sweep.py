"""Delete challenges that are long over."""

from authme.challenges import store
from authme.kernel.context import Context

_KEPT_MS = 3600 * 1000
"""A challenge is kept for an hour after its end, well beyond what a clock that is set right moves by."""
_BATCH = 2000


async def sweep(ctx: Context) -> int:
    """Delete a batch of them, so that nobody waits for long; return how many."""
    return await store.sweep(ctx.tx, before=ctx.clock.now_ms() - _KEPT_MS, at_most=_BATCH)
