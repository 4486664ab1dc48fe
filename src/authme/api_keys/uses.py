"""When keys were used: collected by each process, and written down every second."""

from itertools import islice

from authme.api_keys import store
from authme.kernel.clock import Clock
from authme.kernel.context import Context

_APART = 60_000
_LIMIT = 50_000
_BATCH = 1000


class KeyUses:
    """The keys that this process saw used, each at most once a minute.

    What is not written when the process stops is lost, and of more keys than the limit some are not noted: the time tells
    people which keys nobody needs any more, and nothing is decided by it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted: dict[str, int] = {}
        self._unwritten: dict[str, int] = {}

    def note(self, key_id: str) -> None:
        """Note that the key was just used. Writes nothing: it is called while a request waits."""
        now = self._clock.now_ms()
        before = self._noted.get(key_id)
        if (before is not None and now - before < _APART) or len(self._unwritten) >= _LIMIT:
            return
        self._noted.pop(key_id, None)
        self._noted[key_id] = self._unwritten[key_id] = now
        if len(self._noted) > _LIMIT:
            del self._noted[next(iter(self._noted))]

    def unwritten(self) -> dict[str, int]:
        """Return a batch of what is to be written: key ids and times."""
        return dict(islice(self._unwritten.items(), _BATCH))

    def written(self, uses: dict[str, int]) -> None:
        """Forget what was written."""
        for key_id, at in uses.items():
            if self._unwritten.get(key_id) == at:
                del self._unwritten[key_id]


async def write_uses(ctx: Context) -> int:
    """Write down which keys this process saw used; return how many. Other processes' minutes count too."""
    uses = ctx.part(KeyUses)
    batch = uses.unwritten()
    if batch:
        await store.touch(ctx.tx, batch.items(), apart=_APART)
        ctx.tx.after_commit(lambda: uses.written(batch))
    return len(batch)
