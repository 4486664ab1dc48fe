"""AK-04: remove an API key."""

from authme.api_keys import store, target
from authme.api_keys.directory import TOPIC
from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.errors import NotFound


async def remove(ctx: Context, key_id: str) -> None:
    """Remove the key: it is dead at once. Access tokens that its client got by it live on until they expire."""
    found, client = await target.get(ctx, key_id)
    if not await store.delete_key(ctx.tx, found.id):
        raise NotFound
    ctx.tx.announce(TOPIC, found.id)
    record(ctx, "api_key.removed", found.id, of_client=client.id)
