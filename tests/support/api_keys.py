"""API keys: made, and sent with requests."""

import base64
import os
from dataclasses import dataclass
from typing import Any

from authme.api_keys.create import ApiKeyDraft, create
from support.api import Api
from support.given import Given, GivenClient

KEYS = "/api-key"
READ = "identity_read"


@dataclass(frozen=True)
class GivenKey:
    """An API key, and its id."""

    id: str
    key: str


def drawn_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


async def given_key(given: Given, client: GivenClient, **draft: Any) -> GivenKey:
    made, key = await given.run(lambda ctx: create(ctx, ApiKeyDraft(client_id=client.id, **draft)))
    return GivenKey(made.id, key)


def with_key(given: Given, key: str, **query: str) -> Api:
    """Return a caller that sends this key, and may name a client."""
    return Api(given.application, {"X-Api-Key": key}, query)
