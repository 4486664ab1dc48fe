"""What comes with a logon that a directory has made: it becomes a name of its user."""

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.legacy.model import LegacyLogon
from authme.users import change_store, names, store
from authme.users.model import Identity
from authme.users.taken import find_taken, release


async def on_provisioned(ctx: Context, logon: LegacyLogon) -> bool:
    """Make a logon a verified name of its user; doing it again changes nothing.

    The user's row is held from here on, so this comes before what is noted of the logon itself. False, and nothing changed, if
    the name is another's by now, or the user is gone.
    """
    if not await store.hold(ctx.tx, logon.user_id):
        return False
    name = names.logon(logon.logon)
    had = await change_store.list_keys(ctx.tx, logon.user_id)
    if (name.type, name.key) not in had:
        if await find_taken(ctx, [name], for_user=logon.user_id):
            return False
        await release(ctx, [name.key], for_user=logon.user_id)
        identity = Identity(
            id=new_id(ctx.clock),
            user_id=logon.user_id,
            type=name.type,
            value=name.value,
            verified=True,
            main=all(name_type != name.type for name_type, _ in had),
            created_at=ctx.clock.now_ms(),
        )
        if not await change_store.give_name(ctx.tx, identity, name.key):
            return False
    await change_store.set_logon(ctx.tx, logon.user_id, logon.logon)
    record(ctx, "logon.given", logon.user_id, request=logon.request_id)
    return True
