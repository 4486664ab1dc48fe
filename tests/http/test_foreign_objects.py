"""What stands in another organisation does not exist: every operation with a path parameter, asked for with foreign ids."""

import json
from typing import Any

import pytest

from authme.app import endpoints
from authme.kernel.http import Endpoint
from support.answers import refusal
from support.given import Given
from support.two_engines import rows_of
from support.world import Half, half

OFFICES = ("ADMIN", "BUSINESSOWNER", "BUSINESSADMIN", "PERSON")
# Ids of things that have no organisation: they are the caller's own, or bound to what the caller has proved.
OWN = {"X-end-session", "X-remove-device", "UI-37", "UI-38", "UI-39", "KE-01", "CI-05"}
WITH_IDS = [
    endpoint
    for endpoint in endpoints()
    if endpoint.parameters and not endpoint.requirement.is_public and endpoint.id not in OWN
]
BODIES: dict[str, Any] = {}


def path_of(endpoint: Endpoint, ids: dict[str, str]) -> str:
    path = endpoint.path
    for name in endpoint.parameters:
        path = path.replace(f"{{{name}}}", ids[name])
    return path
