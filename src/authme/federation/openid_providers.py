"""The providers as a worker process knows them: their documents and keys at hand."""

import asyncio
import json
from datetime import timedelta
from typing import Final

import structlog

from authme.crypto import jose
from authme.crypto.jose import ForeignKeys, ForeignToken
from authme.federation.asking import Asker
from authme.federation.kept import Kept
from authme.federation.metadata import Metadata, MetadataRefused, discovery_url, is_issuer_of, read_metadata
from authme.federation.model import NotAccepted
from authme.kernel.clock import Clock
from authme.kernel.errors import Unavailable
from authme.kernel.fetch import Fetcher
from authme.providers.model import OidcSettings

_OK: Final = 200
_FRESH: Final = timedelta(hours=1)
_STALE: Final = timedelta(hours=12)
"""For so long a provider that is down is believed to have the keys that it had."""
_UNREADABLE: Final = "The identity provider's configuration cannot be read."
_log = structlog.get_logger(__name__)


class OpenIdProviders:
    """Asks providers for what they publish, and keeps it."""

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self.fetcher = fetcher
        self.clock = clock
        self.asker = Asker(fetcher)
        self.held_keys = jose.HeldKeys()
        self._documents = Kept(clock, self._load_document, fresh=_FRESH, stale=_STALE)
        self._keys = Kept(clock, self._load_keys, fresh=_FRESH, stale=_STALE)

    async def discover(self, settings: OidcSettings) -> Metadata:
        """Return what the provider says of itself; raise Unavailable, or NotAccepted if it says that it is another one."""
        found = await self._documents.get(discovery_url(settings.issuer))
        if not is_issuer_of(settings, found.issuer):
            raise NotAccepted("the issuer in the provider's discovery document is another one", is_guess=False)
        return found

    async def verify(self, metadata: Metadata, token: str) -> ForeignToken:
        """Return what one of the provider's keys signed; raise NotAccepted or Unavailable.

        A key that is not known yet is looked for once more: providers change them when they like.
        """
        try:
            try:
                return jose.verify_foreign(token, await self._keys.get(metadata.jwks_uri))
            except jose.UnknownKey:
                newer = await self._keys.get_newer(metadata.jwks_uri)
                if newer is None:
                    raise
                return jose.verify_foreign(token, newer)
        except jose.InvalidToken as error:
            raise NotAccepted(f"the ID token: {error.reason}") from error

    async def _load_document(self, url: str) -> Metadata:
        body = await self._load(url)
        try:
            return read_metadata(body, url=url)
        except MetadataRefused as error:
            _log.warning("federation.unreadable", url=url, reason=str(error))
            raise Unavailable(_UNREADABLE) from error

    async def _load_keys(self, url: str) -> ForeignKeys:
        body = await self._load(url)
        try:
            # In a thread: a hundred long keys take a tenth of a second.
            return await asyncio.to_thread(jose.parse_foreign_keys, body)
        except jose.JwksRefused as error:
            _log.warning("federation.unreadable", url=url, reason=str(error))
            raise Unavailable(_UNREADABLE) from error

    async def _load(self, url: str) -> bytes:
        answer = await self.asker.ask(url, headers={"Accept": "application/json"})
        if answer.status != _OK:
            _log.warning("federation.unreadable", url=url, reason=f"the answer is {answer.status}")
            raise Unavailable(_UNREADABLE)
        return answer.body


def json_of(body: bytes) -> dict[str, object] | None:
    """Return the JSON object that a provider answered, None if it is none."""
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
