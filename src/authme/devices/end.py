"""End whatever speaks for a user, or would begin to."""

from authme import sessions
from authme.devices import store
from authme.kernel.context import Context


async def end_all(ctx: Context, user_id: str, *, reason: str, but: str = "") -> None:
    """End every remember-me series of the user and every session but one.

    Series first, as everywhere: two units that end the same in another order would wait for each other.
    """
    await store.end_series_of_user(ctx.tx, user_id)
    await sessions.end_all(ctx, user_id, reason=reason, but=but)
