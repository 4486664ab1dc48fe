"""The devices of the caller."""

from authme.devices import store
from authme.devices.shown import DeviceAnswer, device_answer
from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.kernel.wire import Answer


class DevicesPage(Answer, frozen=True):
    """One page of devices."""

    items: tuple[DeviceAnswer, ...]
    next_cursor: str | None


async def list_devices(ctx: Context, request: Request) -> DevicesPage:
    """Return the devices that the caller associated with themselves, by their ids."""
    page = PageRequest.from_query(request.query)
    found = await store.list_devices(ctx.tx, ctx.caller.user_id or "", after=page.after, limit=page.limit + 1)
    return DevicesPage(
        items=tuple(map(device_answer, found[: page.limit])),
        next_cursor=page.next_cursor([device.device_id for device in found]),
    )
