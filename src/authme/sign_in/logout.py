"""Log out."""

from authme import sessions
from authme.audit import record
from authme.kernel.context import Context


async def logout(ctx: Context) -> None:
    """End the session that the bearer token speaks through; logging out twice is refused as any ended session is."""
    if ctx.caller.session_id is not None:
        await sessions.end(ctx, ctx.caller.session_id, reason="logout")
        record(ctx, "session.ended", ctx.caller.session_id, reason="logout")
