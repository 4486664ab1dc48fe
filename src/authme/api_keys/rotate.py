"""AK-03: rotate an API key."""

import msgspec

from authme.api_keys import policy, store, target
from authme.api_keys.directory import TOPIC
from authme.api_keys.key import KeyText, check_random, hash_of, last_four_of, new_key
from authme.api_keys.model import ApiKey
from authme.audit import record
from authme.clients.model import Client
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, StateForbids, malformed, named_in_body_unknown
from authme.kernel.wire import Answer, Id, Text, Wire
from authme.settings import TokenSettings

_MS = 1000


class UpdateApiKeyRequest(Wire, frozen=True):
    """The key that follows; application and client are the key's, which is not moved."""

    app_id: Text
    client_id: Id
    api_key: KeyText


class RotatedApiKey(Answer, frozen=True):
    """There is nothing to say: the caller knows the key."""


async def update(ctx: Context, key_id: str, body: UpdateApiKeyRequest) -> RotatedApiKey:
    """Replace the key by the one given; the old one stays good for the overlap that the server is set to.

    The same key again changes nothing. The one before the old one is dead at once, as the old one is without an overlap.
    Going back to the old key is a rotation too.
    """
    found, client = await target.get(ctx, key_id)
    if body.client_id != client.id:
        raise named_in_body_unknown("clientId", "client of this key")
    if body.app_id != found.app_id:
        raise malformed("appId", "the application of the key is expected")
    await _rotate(ctx, found, client, body.api_key)
    return RotatedApiKey()


async def rotate_to_new(ctx: Context, key_id: str) -> str:
    """Replace the key by a new one, and return that: it is not kept and cannot be shown again."""
    found, client = await target.get(ctx, key_id)
    key = new_key()
    await _rotate(ctx, found, client, key)
    return key


async def _rotate(ctx: Context, found: ApiKey, client: Client, key: str) -> None:
    await policy.check_may_hand_out(ctx, client)
    check_random(key)
    now = ctx.clock.now_ms()
    if found.is_expired(now):
        raise StateForbids("The key is expired, and so would be what it is rotated to.")
    key_hash = hash_of(ctx.part(Digester), key)
    if key_hash == found.key_hash:
        return
    taken = await store.find_by_hash(ctx.tx, key_hash)
    if taken is not None and taken.id != found.id:
        raise AlreadyExists("The key exists already.")
    overlap = ctx.part(TokenSettings).api_key_overlap_seconds * _MS
    becomes = msgspec.structs.replace(
        found,
        key_hash=key_hash,
        last_four=last_four_of(key),
        previous_hash=found.key_hash if overlap else None,
        previous_until=now + overlap if overlap else None,
        updated_at=now,
    )
    if not await _replace(ctx, becomes, was=found.key_hash):
        return
    ctx.tx.announce(TOPIC, found.id)
    record(ctx, "api_key.rotated", found.id, of_client=client.id)


async def _replace(ctx: Context, becomes: ApiKey, *, was: bytes) -> bool:
    """Replace the key if it still is what it was; False if another request made it the same meanwhile."""
    try:
        if await store.rotate(ctx.tx, becomes, was=was):
            return True
    except UniqueViolation as error:
        raise AlreadyExists("The key exists already.") from error
    now_there = await store.find(ctx.tx, becomes.id)
    if now_there is not None and now_there.key_hash == becomes.key_hash:
        return False
    raise StateForbids("The key was changed or removed meanwhile.")
