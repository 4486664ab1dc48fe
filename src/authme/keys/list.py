"""Show the keys to an operator."""

from authme.kernel.database import Reader
from authme.keys import store
from authme.keys.model import KeyInfo


async def list_keys(reader: Reader) -> list[KeyInfo]:
    """Return every key, the oldest first; nothing of the keys themselves."""
    return [
        KeyInfo(
            kid=key.kid,
            alg=key.alg,
            state=key.state,
            created_at=key.created_at,
            activated_at=key.activated_at,
            retired_at=key.retired_at,
            delete_after=key.delete_after,
        )
        for key in await store.list_stored(reader)
    ]
