"""An operator says whose a logon of the mainframe is."""

from authme.accounts.names import insert_names, new_identity
from authme.accounts.remove_name import remove_name
from authme.accounts.target import hold_managed
from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.legacy import store as logons
from authme.legacy.give import forget
from authme.legacy.model import LegacyLogon
from authme.legacy.show import state_of
from authme.users import change_store, names, store
from authme.users.model import User
from authme.users.names import Name
from authme.users.taken import check_free


async def vouch_logon(ctx: Context, user_id: str, logon: str, *, takes: bool) -> bool:
    """Say that a logon, in capitals, is a user's; True if it is linked to them already.

    Else it becomes one of the user's names, in the place of another that somebody vouched for, and the first right legacy
    password links it. With `takes` it is taken from a user of whom it is a mere name. Raises StateForbids for one that is
    another user's, and for a user who has another; AlreadyExists for one that can be read as another user's name, or is kept
    free.
    """
    name = names.logon(logon)
    await _take(ctx, user_id, name, takes=takes)
    target = await hold_managed(ctx, user_id)
    linked = await _find_linked(ctx, target, logon)
    await _add(ctx, target, name)
    await change_store.set_logon(ctx.tx, target.id, logon)
    if linked is not None:
        await logons.note_vouched(ctx.tx, linked.id, now=ctx.clock.now_ms())
    record(ctx, "logon.vouched", target.id)
    return linked is not None


async def _take(ctx: Context, user_id: str, name: Name, *, takes: bool) -> None:
    """Take the name from whoever has it without anybody's word."""
    held = await store.find_by_name(ctx.tx, [name])
    if held is None or held.user.id == user_id:
        return
    if held.user.logon == name.key:
        raise StateForbids(f"The logon is that of user {held.user.id}; take it off them first.")
    if not takes:
        raise StateForbids(f"The logon is a name of user {held.user.id}; --take gives it to this one.")
    of_them = await change_store.list_keys(ctx.tx, held.user.id)
    await remove_name(ctx, held.user.id, of_them[name.type, name.key])


async def _find_linked(ctx: Context, target: User, logon: str) -> LegacyLogon | None:
    """Return the logon if it is the user's already, and forget what could not be made; raise StateForbids for another."""
    for found in (await logons.find_by_logon(ctx.tx, logon), await logons.find_of_user(ctx.tx, target.id)):
        if found is None:
            continue
        status = await state_of(ctx.tx, found)
        if (found.logon, found.user_id, status) == (logon, target.id, "PROVISIONED"):
            return found
        if status != "FAILED":
            raise StateForbids(f"User {found.user_id} has the logon {found.logon}, or it is being made.")
        await forget(ctx, found.user_id)
    return None


async def _add(ctx: Context, target: User, name: Name) -> None:
    had = await change_store.list_keys(ctx.tx, target.id)
    if (name.type, name.key) in had:
        return
    await check_free(ctx, [name], for_user=target.id)
    is_main = all(name_type != name.type for name_type, _ in had)
    made = await new_identity(ctx, target.id, name, main=is_main)
    await insert_names(ctx, [(made, name)])
    record(ctx, "identity.added", target.id, identity=made.id, type=made.type)
