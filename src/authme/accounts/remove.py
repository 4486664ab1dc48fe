"""UI-18: remove a user for good."""

from authme.accounts.target import hold_managed
from authme.audit import record
from authme.challenges import store as challenges
from authme.clients.remove import remove_own
from authme.credentials import store as credentials
from authme.customers import store as customers
from authme.devices import store as devices
from authme.devices.end import end_all
from authme.factors import store as factors
from authme.groups import member_store
from authme.groups.held import announce_members
from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.legacy.commands import order_revoke
from authme.legacy.give import forget
from authme.outbox.enqueue import forget_of_user
from authme.products import store as products
from authme.sessions import store as sessions
from authme.users import change_store, store
from authme.users.lock import forget_failures
from authme.users.taken import reserve
from authme.users.tell import tell


async def remove(ctx: Context, user_id: str) -> None:
    """Remove a user: sessions, secrets and memberships go at once, what is known of the person is erased, and they are told.

    Of the names only keyed hashes stay, which keep them taken for a time; the audit goes on naming the user by id. Clients
    that they made for themselves (MC-01) go with them; others that belong to the user stay, as applications do.
    """
    target = await hold_managed(ctx, user_id)
    await forget_of_user(ctx, target.id)
    await tell(ctx, target.id, "account_removed")
    forget_failures(ctx, target, await store.list_identities(ctx.tx, target.id))
    await end_all(ctx, target.id, reason="removed")
    await sessions.forget_devices(ctx.tx, target.id)
    await order_revoke(ctx, target.id)
    await forget(ctx, target.id)
    await _delete_secrets(ctx, target.id)
    await remove_own(ctx, target.id)
    await member_store.delete_everywhere(ctx.tx, target.id, "USER", "BUSINESS_USER")
    announce_members(ctx, [target.id])
    keys = {key for _, key in await change_store.list_keys(ctx.tx, target.id)}
    # A logon may be the user's without being a name of theirs.
    await reserve(ctx, sorted(keys | ({target.logon} if target.logon is not None else set())))
    await change_store.delete_names(ctx.tx, target.id)
    await customers.forget_user(ctx.tx, target.id)
    if not await change_store.erase(ctx.tx, target.id, now=ctx.clock.now_ms()):
        raise NotFound
    record(ctx, "user.removed", target.id)


async def _delete_secrets(ctx: Context, user_id: str) -> None:
    await credentials.delete_password(ctx.tx, user_id)
    await factors.delete_all(ctx.tx, user_id)
    await challenges.end_all(ctx.tx, user_id)
    await devices.remove_devices_of_user(ctx.tx, user_id)
    await products.delete_of_user(ctx.tx, user_id)
