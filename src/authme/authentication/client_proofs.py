"""Which client a credential proves: its secret, or one of its API keys."""

import hmac
from dataclasses import dataclass
from typing import Literal

from authme.api_keys.directory import ApiKeys
from authme.api_keys.uses import KeyUses
from authme.clients.create import SECRET_PURPOSE
from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.crypto.digests import Digester
from authme.kernel.database import Reader
from authme.kernel.http import BasicCredentials

API_KEY_HEADER = "x-api-key"
_UNKNOWN_SECRET = bytes(32)


@dataclass(frozen=True, slots=True)
class ClientProof:
    """An active client, and by what it was proved."""

    client: Client
    method: Literal["secret", "api_key"]


class ClientProofs:
    """Finds the active client that a credential proves, within a unit of work or outside of one.

    None says no more than that nothing is proved: a wrong, expired or replaced credential and a locked client are alike.
    """

    def __init__(self, clients: Clients, api_keys: ApiKeys, uses: KeyUses, digester: Digester) -> None:
        self._clients = clients
        self._api_keys = api_keys
        self._uses = uses
        self._digester = digester

    async def by_basic(self, reader: Reader, given: BasicCredentials) -> ClientProof | None:
        """Find the client by its id, and its secret or one of its own API keys."""
        client = await self._clients.find_active(reader, given.name)
        stored = client.secret_hash if client is not None and client.secret_hash is not None else _UNKNOWN_SECRET
        offered = self._digester.digest(SECRET_PURPOSE, given.password)
        if hmac.compare_digest(offered, stored) and client is not None:
            return ClientProof(client, "secret")
        return await self.by_key(reader, given.password, of_client=given.name)

    async def by_key(self, reader: Reader, key: str, *, of_client: str | None = None) -> ClientProof | None:
        """Find the client whose API key this is, if it is the one that is named; the use of the key is noted."""
        found = await self._api_keys.find_good(reader, key)
        if found is None or of_client not in {None, found.client_id}:
            return None
        client = await self._clients.find_active(reader, found.client_id)
        if client is None:
            return None
        self._uses.note(found.id)
        return ClientProof(client, "api_key")
