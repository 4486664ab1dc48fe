"""Telling every process that something kept in memory changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable

EVERYTHING = "*"


class Changes:
    """The subscribers of one process. The engines feed it: their own changes at the commit, the others' by their channel."""

    def __init__(self) -> None:
        self._subscribers: dict[str, list[Callable[[str], None]]] = defaultdict(list)
        self.healthy = False
        """False while the channel is lost: whoever keeps something must then not use it."""

    def subscribe(self, topic: str, action: Callable[[str], None]) -> None:
        """Call `action` with each key that changed under `topic`, and with `*` when anything may have."""
        self._subscribers[topic].append(action)

    def publish(self, changes: Iterable[tuple[str, str]]) -> None:
        """Call the subscribers."""
        for topic, key in changes:
            for action in self._subscribers[topic]:
                action(key)

    def lost(self) -> None:
        """Note that the channel is lost."""
        self.healthy = False

    def regained(self) -> None:
        """Note that the channel is there (again): whatever changed meanwhile went unheard."""
        for actions in self._subscribers.values():
            for action in actions:
                action(EVERYTHING)
        self.healthy = True
