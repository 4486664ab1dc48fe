"""API keys at hand: which client a key is of, and for how long."""

import hmac
from dataclasses import dataclass

from authme.api_keys import store
from authme.api_keys.key import has_form, hash_of
from authme.crypto.digests import Digester
from authme.kernel.cache import EVERYTHING, ChangeAwareCache
from authme.kernel.clock import Clock
from authme.kernel.database import Database, Reader

TOPIC = "api-key"
"""Announced with the id of a key that was rotated or removed."""
_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What a key that was offered turned out to be."""

    id: str
    client_id: str
    good_until: int | None
    """Epoch milliseconds; None without end."""


class _Unknown(Exception):
    """No such key. An exception, because an answer would be kept: whoever guesses would crowd out the keys in use."""


class ApiKeys:
    """Looks API keys up, at most a second behind a change made on another worker process.

    Whether the client may act is not looked at here.
    """

    def __init__(self, database: Database, digester: Digester, clock: Clock) -> None:
        self._digester = digester
        self._clock = clock
        self._known: ChangeAwareCache[KnownKey] = ChangeAwareCache(database.changes, TOPIC, limit=_LIMIT)
        database.changes.subscribe(TOPIC, self._changed)

    async def find_good(self, reader: Reader, offered: str) -> KnownKey | None:
        """Return the key if it is one, neither expired nor replaced for longer than the overlap."""
        if not has_form(offered):
            return None
        digest = hash_of(self._digester, offered)
        try:
            found = await self._known.get(digest.hex(), lambda: _load(reader, digest))
        except _Unknown:
            return None
        return found if found.good_until is None or self._clock.now_ms() < found.good_until else None

    def _changed(self, key_id: str) -> None:
        # Kept by what was offered: one key may be there twice, as it is and as it was.
        self._known.drop_where(lambda known: key_id in {known.id, EVERYTHING})


async def _load(reader: Reader, digest: bytes) -> KnownKey:
    found = await store.find_by_hash(reader, digest)
    if found is None:
        raise _Unknown
    ends = [found.expires_at] if hmac.compare_digest(found.key_hash, digest) else [found.expires_at, found.previous_until]
    return KnownKey(found.id, found.client_id, min((end for end in ends if end is not None), default=None))
