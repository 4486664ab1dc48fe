"""UI-10: associate a device with its user."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from authme.audit import record
from authme.devices import store
from authme.devices.model import AT_MOST, Device, DeviceName
