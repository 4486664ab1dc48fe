"""What rows of the outbox are sealed with, and who is told of new ones."""

from collections.abc import Callable
from typing import Any

import msgspec

from authme.crypto.sealing import MasterKey

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Outbox:
    """Seals and opens payloads, and passes on that there are new rows.

    Stored format of a payload, kept while there are rows: JSON, sealed with the master key under the context `outbox:` and the
    row's id, so that one row's payload does not open in another.
    """

    def __init__(self, master_key: MasterKey) -> None:
        self._key = master_key
        self._on_wake: Callable[[], None] | None = None

    def seal(self, row_id: str, payload: dict[str, Any]) -> bytes:
        """Return a payload as it is stored."""
        return self._key.seal(_encode(payload), context=_context(row_id))

    def open(self, row_id: str, sealed: bytes) -> dict[str, Any]:
        """Return a stored payload; raise SealBroken."""
        return _decode(self._key.open(sealed, context=_context(row_id)))

    def call_on_wake(self, action: Callable[[], None] | None) -> None:
        """Call `action` when there are new rows; a command of an operator has nobody to call, a server looks by itself."""
        self._on_wake = action

    def wake(self) -> None:
        """Tell that there are new rows."""
        if self._on_wake is not None:
            self._on_wake()


def _context(row_id: str) -> bytes:
    return f"outbox:{row_id}".encode()
