"""What is good once by its own id: assertions of clients, and what identity providers say of people."""

from sqlalchemy import bindparam, delete

from authme.kernel.context import Context
from authme.kernel.database import Statement, Transaction, insert_or_ignore
from authme.tokens.tables import used_assertion

_USE = Statement(insert_or_ignore(used_assertion, {column.name: bindparam(column.name) for column in used_assertion.c}))
_SWEEP = Statement(delete(used_assertion).where(used_assertion.c.expires_at <= bindparam("now")))


async def use_once(tx: Transaction, by: str, assertion_id: str, *, expires_at: int) -> bool:
    """Note that an assertion was used; False if it was before. `by` is the id of the client or provider that made it.

    `expires_at`, in epoch milliseconds, is when it would be refused anyway.
    """
    return await tx.run(_USE, client_id=by, jti=assertion_id, expires_at=expires_at) == 1


async def sweep(ctx: Context) -> int:
    """Delete assertions that are too old to be used again; return how many."""
    return await ctx.tx.run(_SWEEP, now=ctx.clock.now_ms())
