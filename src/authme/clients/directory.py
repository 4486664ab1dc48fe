"""Clients at hand: who a client id names, and which web origins belong to clients."""

from urllib.parse import urlsplit

from authme.clients import store
from authme.clients.model import Client
from authme.kernel.cache import ChangeAwareCache
from authme.kernel.database import Database, Reader
from authme.kernel.ids import is_id

TOPIC = "client"
_LIMIT = 10_000
_ORIGINS = "origins"


class Clients:
    """Looks clients up, at most a second behind a change made on another worker process."""

    def __init__(self, database: Database, *, extra_origins: tuple[str, ...] = ()) -> None:
        self._database = database
        self._extra_origins = frozenset(extra_origins)
        self._clients: ChangeAwareCache[Client | None] = ChangeAwareCache(database.changes, TOPIC, limit=_LIMIT)
        self._origins: ChangeAwareCache[frozenset[str]] = ChangeAwareCache(database.changes, TOPIC, limit=1)
        database.changes.subscribe(TOPIC, lambda _: self._origins.drop(_ORIGINS))

    async def find_active(self, reader: Reader, client_id: str) -> Client | None:
        """Return the client if it exists and is neither locked nor removed."""
        if not is_id(client_id):
            return None
        found = await self._clients.get(client_id, lambda: store.find(reader, client_id))
        return found if found is not None and found.status == "ACTIVE" else None

    async def is_allowed_origin(self, origin: str) -> bool:
        """Whether a browser page of this origin may call: the server's list and the clients' redirect URIs."""
        if origin in self._extra_origins:
            return True
        return origin in await self._origins.get(_ORIGINS, self._load_origins)

    async def _load_origins(self) -> frozenset[str]:
        uris = await store.list_redirect_uris(self._database.reader())
        return frozenset(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, uris) if parts.netloc)
