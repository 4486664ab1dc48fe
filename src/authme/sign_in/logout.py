"""Log out, here or elsewhere."""

from authme import sessions
from authme.audit import record
from authme.devices import store as devices
from authme.kernel.context import Context
from authme.kernel.errors import NotFound


async def logout(ctx: Context) -> None:
    """End the session that the bearer token speaks through; logging out twice is refused as any ended session is.

    Whoever logs out on a device is remembered on it no more.
    """
    if ctx.caller.session_id is not None:
        await devices.end_series_of_session(ctx.tx, ctx.caller.user_id or "", ctx.caller.session_id)
        await sessions.end(ctx, ctx.caller.session_id, reason="logout")
        record(ctx, "session.ended", ctx.caller.session_id, reason="logout")


async def end_session(ctx: Context, session_id: str) -> None:
    """End one of the caller's sessions, as logging out in it would. 404 for one that has ended."""
    user_id = ctx.caller.user_id or ""
    await devices.end_series_of_session(ctx.tx, user_id, session_id)
    if not await sessions.end_own(ctx, session_id, user_id, reason="ended by its user"):
        raise NotFound
    record(ctx, "session.ended", session_id, reason="ended by its user")
