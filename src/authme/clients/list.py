"""All clients, for an operator."""

from authme.clients import store
from authme.clients.model import Client
from authme.kernel.database import Reader

_PAGE = 200


async def list_clients(reader: Reader) -> list[Client]:
    """Return every client, the oldest first."""
    found: list[Client] = []
    while page := await store.list_clients(reader, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found
