"""AK-01: make an API key."""

from datetime import UTC, datetime, timedelta

import msgspec

from authme.api_keys import policy, store
from authme.api_keys.key import check_random, hash_of, last_four_of, new_key
from authme.api_keys.model import ApiKey
from authme.audit import record
from authme.clients import store as clients
from authme.clients.model import Client
from authme.crypto.digests import Digester
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.errors import AlreadyExists, malformed, named_in_body_unknown
from authme.kernel.ids import new_id
from authme.relation import reaches

_EPOCH = datetime.fromtimestamp(0, UTC)


class ApiKeyDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a new key is to be."""

    client_id: str
    app_id: str | None = None
    """The client's; only an operator leaves it out."""
    key: str | None = None
    """Made if it is not given."""
    description: str | None = None
    expires_at: datetime | None = None


async def create(ctx: Context, draft: ApiKeyDraft) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is not kept and cannot be shown again.

    Raises FieldsRefused for a client that is not there, not active or out of reach (107) and for an application, key or time
    that cannot be taken (102), NotOnThisTarget when the client may what the caller may not hand on, AlreadyExists for a key
    that somebody has: whoever is told so knows the key, and learns nothing more of it.
    """
    client = await _get_client(ctx, draft.client_id)
    if draft.app_id not in {None, client.app_id}:
        raise malformed("appId", "the application of the client is expected")
    await policy.check_may_hand_out(ctx, client)
    now = ctx.clock.now_ms()
    expires_at = _epoch_ms(draft.expires_at, now) if draft.expires_at is not None else None
    key = draft.key or new_key()
    check_random(key)
    key_hash = hash_of(ctx.part(Digester), key)
    made = ApiKey(
        id=new_id(ctx.clock),
        app_id=client.app_id,
        client_id=client.id,
        description=(draft.description or "").strip() or None,
        key_hash=key_hash,
        last_four=last_four_of(key),
        previous_hash=None,
        previous_until=None,
        expires_at=expires_at,
        last_used_at=None,
        created_at=now,
        updated_at=now,
    )
    if await store.find_by_hash(ctx.tx, key_hash) is not None:
        raise AlreadyExists("The key exists already.")
    try:
        await store.insert_key(ctx.tx, made)
    except UniqueViolation as error:
        raise AlreadyExists("The key exists already.") from error
    record(ctx, "api_key.created", made.id, of_client=client.id)
    return made, key


async def _get_client(ctx: Context, client_id: str) -> Client:
    found = await clients.find(ctx.tx, client_id)
    if found is None or found.status != "ACTIVE" or not reaches(ctx.caller, found.place):
        raise named_in_body_unknown("clientId", "client")
    return found


def _epoch_ms(given: datetime, now: int) -> int:
    try:
        at = (given.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        # Beyond the calendar once it is told in UTC.
        at = now
    if at <= now:
        raise malformed("expiresAt", "a time in the future is expected (RFC 3339)")
    return at
