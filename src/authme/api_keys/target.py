"""The key that an operation is about."""

from authme.api_keys import store
from authme.api_keys.model import ApiKey
from authme.clients import store as clients
from authme.clients.model import Client
from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.relation import check_reaches


async def get(ctx: Context, key_id: str) -> tuple[ApiKey, Client]:
    """Return the key and its client; raise NotFound unless the caller reaches the client."""
    found = await store.find(ctx.tx, key_id)
    client = await clients.find(ctx.tx, found.client_id) if found else None
    if found is None or client is None or client.status == "REMOVED":
        raise NotFound
    check_reaches(ctx.caller, client.place)
    return found, client
