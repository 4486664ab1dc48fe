"""A bounded cache that is right within a second on every worker process."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from authme.kernel.database import Changes

ValueType = TypeVar("ValueType")
EVERYTHING = "*"


class ChangeAwareCache(Generic[ValueType]):
    """Keeps what was loaded under a key until `changes` says that it changed.

    While the change channel is lost nothing is kept and nothing kept is used. A value whose key changed while it was being
    loaded is handed out once and not kept: it may be from before the change.
    """

    def __init__(self, changes: Changes, topic: str, *, limit: int) -> None:
        self._changes = changes
        self._limit = limit
        self._values: OrderedDict[str, ValueType] = OrderedDict()
        self._generation = 0
        changes.subscribe(topic, self.drop)

    async def get(self, key: str, load: Callable[[], Awaitable[ValueType]]) -> ValueType:
        """Return the value under `key`, by `load` if it is not at hand."""
        if not self._changes.healthy:
            self._values.clear()
            return await load()
        try:
            return self._values[key]
        except KeyError:
            generation = self._generation
        value = await load()
        if generation == self._generation:
            self._values[key] = value
            if len(self._values) > self._limit:
                self._values.popitem(last=False)
        return value

    def drop(self, key: str) -> None:
        """Forget what is kept under `key`; under `*`, everything."""
        self._generation += 1
        if key == EVERYTHING:
            self._values.clear()
        else:
            self._values.pop(key, None)

    def drop_where(self, is_affected: Callable[[ValueType], bool]) -> None:
        """Forget every value that is affected."""
        self._generation += 1
        for key in [key for key, value in self._values.items() if is_affected(value)]:
            del self._values[key]
