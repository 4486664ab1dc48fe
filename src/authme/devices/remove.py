"""Take a device away from its user."""

from authme import sessions
from authme.audit import record
from authme.devices import store
from authme.kernel.context import Context
from authme.kernel.errors import NotFound


async def remove_device(ctx: Context, device_id: str) -> None:
    """Remove a device of the caller: nobody is remembered on it any more, and its sessions end but the calling one."""
    user_id = ctx.caller.user_id or ""
    # No device has such an id, and PostgreSQL cannot even look for it.
    if "\0" in device_id or await store.find_device(ctx.tx, user_id, device_id) is None:
        raise NotFound
    await store.end_series_on_device(ctx.tx, user_id, device_id)
    await sessions.end_all_on_device(ctx, user_id, device_id, reason="device removed", but=ctx.caller.session_id or "")
    if not await store.remove_device(ctx.tx, user_id, device_id):
        raise NotFound
    record(ctx, "device.removed", user_id)
