"""The keys at hand in one worker process."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from authme.crypto.jose import Algorithm, PrivateKey, PublicKey, PublicKeys
from authme.crypto.sealing import MasterKey
from authme.kernel.clock import Clock
from authme.kernel.context import OPERATOR, Context, Parts
from authme.kernel.database import Changes, Database, Reader
from authme.keys import store
from authme.keys.missing import make_missing
from authme.keys.model import TOPIC, KeyState, NoSigningKey, StoredKey
from authme.keys.sealed import NewKey, make_key, open_keys

_BLIND_MS = 1000
"""While the change channel is lost, keys are read again when they are this old."""
_ORDER: Mapping[KeyState, int] = {"CURRENT": 0, "NEXT": 1, "RETIRED": 2}


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes to publish and their strong validator (RFC 9110 section 8.8.3)."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> "Document":
        """Make the document of these bytes."""
        return cls(body, f'"{sha256(body).hexdigest()[:32]}"')


_NOTHING = Document.of(b"")


class Keyring:
    """The signing keys and the published keys, at most a second behind a rotation made on another worker process.

    A public key is trusted because its private key was sealed here, and never because a row says so: whoever can write the
    table, but has no master key, cannot add a key with which to forge tokens.
    """

    def __init__(self, master_key: MasterKey, default_alg: Algorithm) -> None:
        self._master_key = master_key
        self._default_alg = default_alg
        self._changes: Changes | None = None
        self._clock: Clock | None = None
        self._opened: dict[str, PrivateKey] = {}
        self._signing: dict[str, PrivateKey] = {}
        self._public: dict[str, PublicKey] = {}
        self._jwks = self._pem = _NOTHING
        self._is_stale = True
        self._loaded_at = 0
        self._begun = self._installed = 0
        self.generation = 0
        """Changes whenever the set of trusted keys does."""

    async def open(self, database: Database, clock: Clock) -> None:
        """Load the keys, making those of the default algorithm if there are none. Raises MasterKeyWrong."""
        self._changes, self._clock = database.changes, clock
        database.changes.subscribe(TOPIC, self._on_change)
        await self.load(database.reader())
        if self._default_alg not in self._signing:
            await database.unit(
                lambda tx: make_missing(Context(tx, OPERATOR, clock, Parts()), self._master_key, self._default_alg)
            )
            await self.load(database.reader())

    async def load(self, reader: Reader) -> None:
        """Read the keys now. Raises MasterKeyWrong, and leaves what was at hand then."""
        # Set before reading: a change announced while the rows are on their way makes the next use read again.
        self._is_stale = False
        self._loaded_at = self._clock.now_ms() if self._clock else 0
        self._begun += 1
        turn = self._begun
        try:
            stored = await store.list_stored(reader)
            opened = {key.kid: self._opened[key.kid] for key in stored if self._has_opened(key)}
            new = await open_keys(self._master_key, [key for key in stored if key.kid not in opened])
        except BaseException:
            self._is_stale = True
            raise
        # Of two that loaded at once the one that read later is right, whichever is ready first.
        if turn > self._installed:
            self._installed = turn
            self._install(stored, opened | {key.kid: key for key in new})

    async def signing_key(self, reader: Reader, alg: str) -> PrivateKey:
        """Return the key that signs with `alg` now. Raises NoSigningKey."""
        if self._is_stale or self._is_blind():
            await self.load(reader)
        if alg not in self._signing:
            # Another worker process may have made this algorithm's first key a moment ago.
            await self.load(reader)
        try:
            return self._signing[alg]
        except KeyError as error:
            raise NoSigningKey(f"There is no signing key for {alg}.") from error

    async def verification_keys(self, reader: Reader) -> PublicKeys:
        """Return the keys whose tokens are trusted, by their `kid`."""
        if self._is_stale or self._is_blind():
            await self.load(reader)
        return self._public

    async def published(self, reader: Reader) -> tuple[Document, Document]:
        """Return the JWKS (RFC 7517) of every key, and the default algorithm's current key in PEM."""
        if self._is_stale or self._is_blind():
            await self.load(reader)
        return self._jwks, self._pem

    def can_sign(self, alg: str) -> bool:
        """Whether a key for `alg` is at hand."""
        return alg in self._signing

    async def make_key(self, alg: Algorithm) -> NewKey:
        """Make a key and seal it; it is not stored yet."""
        return await make_key(self._master_key, alg)

    async def make_missing(self, ctx: Context, alg: Algorithm) -> bool:
        """Make the algorithm's keys where there are none; see `missing`."""
        return await make_missing(ctx, self._master_key, alg)

    def _on_change(self, _alg: str) -> None:
        self._is_stale = True

    def _is_blind(self) -> bool:
        if self._changes is None or self._clock is None or self._changes.healthy:
            return False
        return abs(self._clock.now_ms() - self._loaded_at) >= _BLIND_MS

    def _has_opened(self, stored: StoredKey) -> bool:
        opened = self._opened.get(stored.kid)
        return opened is not None and opened.alg == stored.alg

    def _install(self, stored: list[StoredKey], opened: dict[str, PrivateKey]) -> None:
        is_same = opened.keys() == self._opened.keys()
        self._opened = opened
        self._signing = {key.alg: opened[key.kid] for key in stored if key.state == "CURRENT"}
        shown = sorted(stored, key=lambda key: (key.alg != self._default_alg, key.alg, _ORDER[key.state], -key.created_at))
        self._jwks = Document.of(msgspec.json.encode({"keys": [opened[key.kid].public_jwk() for key in shown]}))
        current = self._signing.get(self._default_alg)
        self._pem = Document.of(current.public.pem().encode()) if current else _NOTHING
        if not is_same:
            self._public = {kid: key.public for kid, key in opened.items()}
            self.generation += 1
