"""Delete what no longer speaks for anyone."""

from sqlalchemy import bindparam, delete, func, or_, select, update

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.sessions.tables import session
from authme.tokens.tables import refresh_token
from authme.users.tables import user_account

_KEPT_MS = 24 * 3600 * 1000
"""An ended session is kept for a day, so that its late tokens are told that it ended."""
_BATCH = 1000

_over = or_(session.c.expires_at < bindparam("before"), session.c.ended_at < bindparam("before"))
_batch = select(session.c.id).where(_over).order_by(session.c.id).limit(_BATCH)
# `lastLoginAt` is read from the sessions; what it would lose is kept with the user before they go.
_REMEMBER = Statement(
    update(user_account)
    .where(user_account.c.id.in_(select(session.c.user_id).where(session.c.id.in_(_batch))))
    .values(last_login_at=select(func.max(session.c.auth_at)).where(session.c.user_id == user_account.c.id).scalar_subquery())
)
_TOKENS = Statement(delete(refresh_token).where(refresh_token.c.session_id.in_(_batch)))
_SESSIONS = Statement(delete(session).where(session.c.id.in_(_batch)))


async def sweep(ctx: Context) -> int:
    """Delete up to a batch of sessions that are over, and their refresh tokens; return how many."""
    before = ctx.clock.now_ms() - _KEPT_MS
    await ctx.tx.run(_REMEMBER, before=before)
    await ctx.tx.run(_TOKENS, before=before)
    return await ctx.tx.run(_SESSIONS, before=before)
