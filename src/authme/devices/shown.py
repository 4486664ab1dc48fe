"""A device as its owner sees it."""

from datetime import datetime

from authme.devices.model import Device
from authme.kernel.times import moment
from authme.kernel.wire import Answer


class DeviceAnswer(Answer, frozen=True):
    """A device that a person associated with themselves."""

    device_id: str
    device_token_id: str | None
    device_version: str | None
    name: str | None
    associated_at: datetime
    last_used_at: datetime


def device_answer(device: Device) -> DeviceAnswer:
    """Return the wire form of a device."""
    return DeviceAnswer(
        device_id=device.device_id,
        device_token_id=device.device_token_id,
        device_version=device.version,
        name=device.name,
        associated_at=moment(device.associated_at),
        last_used_at=moment(device.last_used_at),
    )
