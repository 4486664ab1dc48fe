"""CI-02: remove a client; lock and unlock one."""

from authme import sessions
from authme.audit import record
from authme.clients import own_store, policy, store
from authme.clients.create import MOST_OWN
from authme.clients.directory import TOPIC
from authme.clients.model import Client, ClientStatus
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, NotOnThisTarget


async def remove(ctx: Context, client_id: str) -> None:
    """Remove the client: its tokens and the sessions that began at it end at once."""
    await remove_client(ctx, await _get(ctx, client_id))


async def remove_client(ctx: Context, target: Client) -> None:
    """Remove a client that the caller may manage. Raises NotOnThisTarget for the one that the caller calls through."""
    if target.id == ctx.caller.client_id:
        # The call would saw off the branch that the caller sits on, and nobody could undo it.
        raise NotOnThisTarget("A client cannot remove itself.")
    await _change(ctx, target, was=("ACTIVE", "LOCKED"), becomes="REMOVED", action="client.removed")


async def remove_own(ctx: Context, user_id: str) -> None:
    """Remove the clients that a user made for themselves: who is removed leaves nothing that still proves itself."""
    for own in await own_store.list_of_user(ctx.tx, user_id, business_id=None, after="", limit=MOST_OWN):
        await _change(ctx, own, was=("ACTIVE", "LOCKED"), becomes="REMOVED", action="client.removed")


async def lock(ctx: Context, client_id: str) -> None:
    """Lock the client; locking what is locked succeeds."""
    await _change(ctx, await _get(ctx, client_id), was=("ACTIVE",), becomes="LOCKED", action="client.locked")


async def unlock(ctx: Context, client_id: str) -> None:
    """Unlock the client; unlocking what is not locked succeeds."""
    await _change(ctx, await _get(ctx, client_id), was=("LOCKED",), becomes="ACTIVE", action="client.unlocked")


async def _get(ctx: Context, client_id: str) -> Client:
    target = await store.find(ctx.tx, client_id)
    if target is None or target.status == "REMOVED":
        raise NotFound
    policy.check_may_manage(ctx.caller, target)
    return target


async def _change(ctx: Context, target: Client, *, was: tuple[ClientStatus, ...], becomes: ClientStatus, action: str) -> None:
    if not await store.change_status(ctx.tx, target.id, was=was, becomes=becomes, now=ctx.clock.now_ms()):
        return
    if becomes != "ACTIVE":
        await sessions.end_all_of_client(ctx, target.id, reason=action)
    ctx.tx.announce(TOPIC, target.id)
    record(ctx, action, target.id)
