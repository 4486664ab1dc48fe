"""Connections that are kept open between questions."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Literal

from authme.legacy.ldap.line import Line

Kind = Literal["service", "people"]
"""A connection on which people's passwords are checked is never used for what only this server's own logon may do."""


class Lines:
    """So many connections at most, idle or in use by a thread each."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._lock = threading.Lock()
        self._idle: list[tuple[Kind, Line]] = []
        self._open = 0
        self._closed = False

    @contextlib.contextmanager
    def using(self, kind: Kind, connect: Callable[[], Line], *, fresh: bool = False) -> Iterator[Line]:
        """Lend a connection of this kind, the one that was idle last or a new one; what broke is not taken back."""
        line = (None if fresh else self._take(kind)) or self._connect(connect)
        try:
            yield line
        except BaseException:
            # A question that was broken off may be answered yet; the answer must not be taken for that to another one.
            line.drop()
            raise
        finally:
            self._give(kind, line)

    def leave_rested(self) -> bool:
        """Take leave of those that were idle for long; return whether any are left."""
        with self._lock:
            rested = [pair for pair in self._idle if pair[1].has_rested()]
            self._idle = [pair for pair in self._idle if pair not in rested]
            self._open -= len(rested)
            is_any_left = bool(self._idle)
        _leave(rested)
        return is_any_left

    def close(self) -> None:
        """Take leave of all that are idle; those in use are closed when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._open -= len(idle)
        _leave(idle)

    def _take(self, kind: Kind) -> Line | None:
        while True:
            with self._lock:
                at = next((n for n in reversed(range(len(self._idle))) if self._idle[n][0] == kind), None)
                line = self._idle.pop(at)[1] if at is not None else None
            if line is None or line.is_there():
                return line
            line.drop()
            self._forget()

    def _connect(self, connect: Callable[[], Line]) -> Line:
        with self._lock:
            # There are as many threads as connections: so when all are open and this thread has none, one is idle.
            too_many = [self._idle.pop(0)] if self._open >= self._at_most and self._idle else []
            self._open += 1 - len(too_many)
        try:
            _leave(too_many)
            return connect()
        except BaseException:
            self._forget()
            raise

    def _give(self, kind: Kind, line: Line) -> None:
        with self._lock:
            if line.is_open and not self._closed:
                line.rest()
                self._idle.append((kind, line))
                return
        line.leave()
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._open -= 1


def _leave(pairs: list[tuple[Kind, Line]]) -> None:
    for _, line in pairs:
        line.leave()
