"""UI-10: associate a device with its user."""

from typing import Annotated

from msgspec import Meta

from authme.audit import record
from authme.devices import store
from authme.devices.model import AT_MOST, Device, DeviceId, DeviceName
from authme.devices.shown import DeviceAnswer, device_answer
from authme.factors.proof import check_highest
from authme.kernel.context import Context
from authme.kernel.errors import SessionEnded, StateForbids
from authme.kernel.wire import Text, Wire
from authme.sessions import store as sessions
from authme.users import store as users
from authme.users.tell import tell

_PushToken = Annotated[str, Meta(min_length=1, max_length=1024, description="a text of 1 to 1024 characters")]


class AssociateDeviceRequest(Wire, frozen=True):
    """UI-10: `deviceTokenId` is by which messages reach the application on the device."""

    device_id: DeviceId
    device_token_id: _PushToken | None = None
    device_version: Text | None = None
    name: DeviceName | None = None


async def associate_device(ctx: Context, body: AssociateDeviceRequest) -> DeviceAnswer:
    """Associate the device with the caller: a remember-me token then logs them in on it at `AUTH-BASIC`.

    Needs the highest level that the caller can reach. A device that is associated again is brought up to date; what is not
    given stays. The user is told of a new one. Raises StateForbids for one beyond 50.
    """
    session, now = await check_highest(ctx), ctx.clock.now_ms()
    user_id = ctx.caller.user_id or ""
    if not await users.hold(ctx.tx, user_id):
        raise SessionEnded
    is_new = await store.find_device(ctx.tx, user_id, body.device_id) is None
    if is_new and await store.count_devices(ctx.tx, user_id) >= AT_MOST:
        raise StateForbids(f"At most {AT_MOST} devices are associated; remove one first.")
    kept = await store.associate(
        ctx.tx,
        Device(
            user_id=user_id,
            device_id=body.device_id,
            device_token_id=body.device_token_id,
            version=body.device_version,
            name=body.name,
            associated_at=now,
            last_used_at=now,
        ),
    )
    sessions.put_on_device(ctx.tx, session.id, body.device_id)
    record(ctx, "device.associated", user_id, is_new=is_new)
    if is_new:
        await tell(ctx, user_id, "device_associated", device=body.name or body.device_id)
    return device_answer(kept)
