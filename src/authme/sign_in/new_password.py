"""Keep a password that a code made or reset, and end what the old one began."""

from authme import sessions
from authme.audit import record
from authme.credentials import store as credentials
from authme.devices import store as devices
from authme.factors.store import list_factors
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.users import contact_store
from authme.users import store as users
from authme.users.model import Identity, User
from authme.users.tell import tell


async def keep_password(
    ctx: Context, user: User, contact: Identity, password_hash: str, *, had_password: bool, but: str
) -> None:
    """Set the password, make a pending user active, end every session but one and all remember-me series, tell the user.

    The contact that the code came to is verified by it. Raises StateForbids when the user was locked or removed meanwhile.
    """
    now = ctx.clock.now_ms()
    if not await users.change_status(ctx.tx, user.id, was=("ACTIVE", "PENDING"), becomes="ACTIVE", now=now):
        raise StateForbids("The user was changed meanwhile.")
    await contact_store.verify_identity(ctx.tx, user.id, contact.id)
    has_others = any(one.is_verified and one.id != contact.id for one in await list_factors(ctx.tx, user.id))
    # A first password, and one of whoever has nothing else, rests on the contact anyway.
    recovered_by = contact.id if had_password and has_others else None
    credentials.put(ctx.tx, user.id, password_hash, now, recovered_by=recovered_by)
    await sessions.end_all(ctx, user.id, reason="password changed", but=but)
    await devices.end_series_of_user(ctx.tx, user.id)
    if had_password and user.status == "ACTIVE":
        await tell(ctx, user.id, "password_changed")
    action = "user.password_reset" if had_password else "user.password_created"
    record(ctx, action, user.id, user_id=user.id)
