"""End sessions: whatever speaks through them is refused within a second on every worker process."""

from authme.kernel.context import Context
from authme.sessions import store

USER_TOPIC = "user"
SESSION_TOPIC = "session"


async def end(ctx: Context, session_id: str, *, reason: str) -> bool:
    """End one session; False if it had ended."""
    ended = await store.end(ctx.tx, session_id, now=ctx.clock.now_ms(), reason=reason)
    ctx.tx.announce(SESSION_TOPIC, session_id)
    return ended


async def end_all(ctx: Context, user_id: str, *, reason: str, but: str = "") -> int:
    """End all sessions of a user, except `but`; return how many."""
    ended = await store.end_of_user(ctx.tx, user_id, but=but, now=ctx.clock.now_ms(), reason=reason)
    ctx.tx.announce(USER_TOPIC, user_id)
    return ended


async def end_own(ctx: Context, session_id: str, user_id: str, *, reason: str) -> bool:
    """End one session if it is this user's and open."""
    ended = await store.end_own(ctx.tx, session_id, user_id, now=ctx.clock.now_ms(), reason=reason)
    ctx.tx.announce(SESSION_TOPIC, session_id)
    return ended


async def end_all_on_device(ctx: Context, user_id: str, device_id: str, *, reason: str, but: str = "") -> int:
    """End all sessions of a user that are on a device, except `but`; return how many."""
    ended = await store.end_on_device(ctx.tx, user_id, device_id, but=but, now=ctx.clock.now_ms(), reason=reason)
    ctx.tx.announce(USER_TOPIC, user_id)
    return ended


async def end_all_of_client(ctx: Context, client_id: str, *, reason: str) -> int:
    """End all sessions that began at a client; return how many. The caller announces the client's change."""
    return await store.end_of_client(ctx.tx, client_id, now=ctx.clock.now_ms(), reason=reason)
