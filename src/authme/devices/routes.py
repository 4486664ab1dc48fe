"""Devices on the wire."""

from authme.devices.list import DevicesPage, list_devices
from authme.devices.remove import remove_device
from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.kernel.requirement import Requirement

_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)

ENDPOINTS = [
    Endpoint(
        "X-devices", "GET", f"{API}/user-identities/me/devices", _SIGNED_IN, list_devices, "List my devices", _TAGS,
        answer=DevicesPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "X-remove-device", "DELETE", f"{API}/user-identities/me/devices/{{deviceId}}", _SIGNED_IN, remove_device,
        "Remove a device of mine", _TAGS, status=204, free_parameters=("deviceId",),
    ),
]  # fmt: skip
