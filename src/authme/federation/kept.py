"""What providers publish, kept for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

from authme.kernel.clock import CLOCK_SKEW_MS, Clock
from authme.kernel.errors import Unavailable

ValueType = TypeVar("ValueType")
_LIMIT: Final = 256
_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class _Entry(Generic[ValueType]):
    value: ValueType
    loaded_at: int
    failed_at: int = 0
    """When something newer was not to be had."""


class Kept(Generic[ValueType]):
    """Loads what a URL names, keeps it while it is fresh, and longer while nothing newer can be had.

    Of many who want the same at once one loads it. Whoever wants something newer gets it now and then only: strangers can say
    that they have seen something newer, and must not make this server ask as often as they say so.
    """

    def __init__(
        self,
        clock: Clock,
        load: Callable[[str], Awaitable[ValueType]],
        *,
        fresh: timedelta,
        stale: timedelta,
        newer_every: timedelta = timedelta(seconds=30),
    ) -> None:
        self._clock = clock
        self._load = load
        self._fresh_ms, self._stale_ms = _ms(fresh), _ms(stale)
        self._newer_every_ms = _ms(newer_every)
        self._entries: OrderedDict[str, _Entry[ValueType]] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[ValueType]] = {}
        self._asked_newer_at: OrderedDict[str, int] = OrderedDict()

    async def get(self, url: str) -> ValueType:
        """Return what is kept, or load it; raise Unavailable."""
        found = self._entries.get(url)
        if found is not None and self._is_within(found.loaded_at, self._fresh_ms):
            return found.value
        is_usable = found is not None and self._is_within(found.loaded_at, self._stale_ms)
        if found is not None and is_usable and self._is_within(found.failed_at, self._newer_every_ms):
            return found.value
        try:
            return await self._load_once(url)
        except Unavailable:
            if found is None or not is_usable:
                raise
            self._entries[url] = _Entry(found.value, found.loaded_at, self._clock.now_ms())
            return found.value

    async def get_newer(self, url: str) -> ValueType | None:
        """Return what is there now; None if that was asked a short time ago."""
        if self._is_within(self._asked_newer_at.get(url, 0), self._newer_every_ms):
            return None
        self._asked_newer_at[url] = self._clock.now_ms()
        if len(self._asked_newer_at) > _LIMIT:
            self._asked_newer_at.popitem(last=False)
        return await self._load_once(url)

    def _is_within(self, since: int, milliseconds: int) -> bool:
        """Whether that was so long ago at most. What is from the future was noted before the clock was moved back."""
        return -CLOCK_SKEW_MS <= self._clock.now_ms() - since < milliseconds

    async def _load_once(self, url: str) -> ValueType:
        task = self._under_way.get(url)
        if task is None:
            task = self._under_way[url] = asyncio.create_task(self._load_now(url))
            task.add_done_callback(lambda done: self._loaded(url, done))
        # One who goes away does not take it from the others.
        return await asyncio.shield(task)

    async def _load_now(self, url: str) -> ValueType:
        value = await self._load(url)
        self._entries.pop(url, None)
        self._entries[url] = _Entry(value, self._clock.now_ms())
        if len(self._entries) > _LIMIT:
            self._entries.popitem(last=False)
        return value

    def _loaded(self, url: str, done: "asyncio.Task[ValueType]") -> None:
        self._under_way.pop(url, None)
        if not done.cancelled():
            # Looked at, also if everybody who waited is gone.
            done.exception()


def _ms(length: timedelta) -> int:
    return int(length.total_seconds() * _MS)
