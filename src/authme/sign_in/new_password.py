"""Keep a password that a code made or reset, and end what the old one began."""

from authme.audit import record
from authme.challenges import store as challenges
from authme.credentials import store as credentials
from authme.devices.end import end_all
from authme.factors.store import list_factors
from authme.kernel.context import Context
from authme.kernel.errors import CodeOrUsernameWrong, StateForbids
from authme.legacy.commands import order_password
from authme.users import contact_store
from authme.users import store as users
from authme.users.model import Identity, User
from authme.users.tell import tell


async def keep_password(
    ctx: Context,
    user: User,
    contact: Identity,
    password: str,
    password_hash: str,
    *,
    asked_id: str,
    had_password: bool,
    but: str,
) -> None:
    """Use the code up and set the password; end every session but one and all remember-me series; tell the user.

    A pending user becomes active. The directory of the user's logon is told the password. The contact that the code came to
    is verified by it. Raises CodeOrUsernameWrong when the code was used meanwhile, StateForbids when the user was locked or
    removed, or the contact is theirs no more; both undo everything.
    """
    now = ctx.clock.now_ms()
    if not await users.change_status(ctx.tx, user.id, was=("ACTIVE", "PENDING"), becomes="ACTIVE", now=now):
        raise StateForbids("The user was changed meanwhile.")
    # After the user's row, as a lock takes them: two that wait for each other end nowhere.
    if not await challenges.use(ctx.tx, asked_id, now=now):
        raise CodeOrUsernameWrong
    if not await contact_store.verify_identity(ctx.tx, user.id, contact.id):
        raise StateForbids("The user was changed meanwhile.")
    has_others = any(one.is_verified and one.id != contact.id for one in await list_factors(ctx.tx, user.id))
    # The password of whoever has nothing else rests on the contact anyway.
    recovered_by = contact.id if has_others else None
    credentials.put(ctx.tx, user.id, password_hash, now, recovered_by=recovered_by)
    await order_password(ctx, user.id, password, changed_at=now)
    await end_all(ctx, user.id, reason="password changed", but=but)
    if had_password and user.status == "ACTIVE":
        await tell(ctx, user.id, "password_changed")
    action = "user.password_reset" if had_password else "user.password_created"
    record(ctx, action, user.id, user_id=user.id)
