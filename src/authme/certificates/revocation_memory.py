"""What was learnt from authorities, kept within bounds; what several want to know at once is asked once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from authme.certificates.revocation_words import NotLearnt
from authme.kernel.clock import Clock

ValueType = TypeVar("ValueType")
_LONGEST_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Learnt(Generic[ValueType]):
    """Something that was learnt."""

    value: ValueType
    until: int
    """In seconds since the epoch; what is over already counts for whoever asked, and is learnt anew for the next."""
    size: int
    """Bytes that it takes."""


@dataclass(frozen=True, slots=True)
class _Flight(Generic[ValueType]):
    task: asyncio.Task[ValueType]
    began_at: float


class Memory(Generic[ValueType]):
    """Keeps what was used last, up to a number and a size.

    Nothing is kept as fresh for longer than a day. What is not fresh any more stays until there is no room, for `last`.
    """

    def __init__(self, clock: Clock, *, most: int, most_bytes: int) -> None:
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Learnt[ValueType]] = OrderedDict()
        self._flights: dict[Hashable, _Flight[ValueType]] = {}

    def last(self, key: Hashable) -> ValueType | None:
        """Return what was learnt last, however long ago."""
        kept = self._kept.get(key)
        return kept.value if kept else None

    async def get(self, key: Hashable, learn: Callable[[], Awaitable[Learnt[ValueType]]], *, seconds: float) -> ValueType:
        """Return what is under `key`, by `learn` if it is not at hand; raise what `learn` raises, or NotLearnt.

        Nobody waits longer than `seconds`, but what was begun goes on without them and is there for the next. Who comes later
        than that after its beginning does not wait at all: an authority that is slow costs the first ones time, not everybody.
        """
        now, kept = self._clock.now(), self._kept.get(key)
        if kept is not None and now < kept.until <= now + _LONGEST_SECONDS:
            self._kept.move_to_end(key)
            return kept.value
        loop = asyncio.get_running_loop()
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._learn(key, learn)), loop.time())
            flight.task.add_done_callback(lambda task: self._land(key, task))
        try:
            async with asyncio.timeout_at(flight.began_at + seconds):
                # A caller that goes away does not take the answer away from the others.
                return await asyncio.shield(flight.task)
        except TimeoutError as error:
            raise NotLearnt("there was no answer in time") from error

    async def _learn(self, key: Hashable, learn: Callable[[], Awaitable[Learnt[ValueType]]]) -> ValueType:
        learnt = await learn()
        self._keep(key, learnt)
        return learnt.value

    def _keep(self, key: Hashable, learnt: Learnt[ValueType]) -> None:
        before = self._kept.pop(key, None)
        self._bytes -= before.size if before else 0
        if learnt.size > self._most_bytes:
            return
        until = min(learnt.until, self._clock.now() + _LONGEST_SECONDS)
        self._kept[key] = Learnt(learnt.value, until, learnt.size)
        self._bytes += learnt.size
        while self._bytes > self._most_bytes or len(self._kept) > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size

    def _land(self, key: Hashable, task: asyncio.Task[ValueType]) -> None:
        del self._flights[key]
        # Whoever asked may be gone: what went wrong is nobody's defect then.
        if not task.cancelled():
            task.exception()
