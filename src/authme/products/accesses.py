"""Product accesses at hand."""

from collections.abc import Callable

from authme.clients.directory import Clients
from authme.crypto.digests import Digester
from authme.kernel.cache import EVERYTHING, ChangeAwareCache
from authme.kernel.clock import Clock
from authme.kernel.database import Database, Reader
from authme.products import store
from authme.products.model import ProductAccess
from authme.products.store import FoundAccess
from authme.sessions import USER_TOPIC

TOPIC = "order"
"""Announced with the id of an order that was cancelled."""
PURPOSE = "product-access"
_LIMIT = 10_000


class _Unknown(Exception):
    """No such token. An exception, because an answer would be kept: whoever guesses would crowd out the tokens in use."""


class ProductAccesses:
    """Looks opaque tokens up, at most a second behind a change made on another worker process."""

    def __init__(self, database: Database, digester: Digester, clients: Clients, clock: Clock) -> None:
        self._digester = digester
        self._clients = clients
        self._clock = clock
        self._found: ChangeAwareCache[FoundAccess] = ChangeAwareCache(database.changes, TOPIC, limit=_LIMIT)
        # Kept by the token's hash, and told of by order and by user.
        database.changes.subscribe(TOPIC, lambda order: self._drop(lambda access: access.order_id == order))
        database.changes.subscribe(USER_TOPIC, lambda user: self._drop(lambda access: user in {access.user_id, EVERYTHING}))

    async def find_active(self, reader: Reader, token: str) -> ProductAccess | None:
        """Return what the token gives access to.

        None once it is over, its order is cancelled, its client is locked or removed, or its user is, has a new password or
        is no longer of the business that it was issued at; and for whatever is no token of this server.
        """
        digest = self._digester.digest(PURPOSE, token)
        try:
            found = await self._found.get(digest.hex(), lambda: _load(reader, digest))
        except _Unknown:
            return None
        access = found.access
        if not found.is_of_user_today or access.expires_at <= self._clock.now_ms():
            return None
        return access if await self._clients.find_active(reader, access.client_id) is not None else None

    def _drop(self, is_affected: Callable[[ProductAccess], bool]) -> None:
        self._found.drop_where(lambda found: is_affected(found.access))


async def _load(reader: Reader, digest: bytes) -> FoundAccess:
    found = await store.find(reader, digest)
    if found is None:
        raise _Unknown
    return found
