"""What time it is, as something a test can set."""

import time
from datetime import timedelta
from typing import Protocol

CLOCK_SKEW_MS = 60_000
"""How far the clocks of two nodes may lie apart."""


class Clock(Protocol):
    """A source of the time."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch."""
        ...

    def now(self) -> int:
        """Return whole seconds since the epoch."""
        ...


class SystemClock:
    """The machine's time."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def now(self) -> int:
        """Return whole seconds since the epoch."""
        return int(time.time())


class FakeClock:
    """A time that moves only when told."""

    def __init__(self, at_ms: int) -> None:
        self._at_ms = at_ms

    def now_ms(self) -> int:
        """Return milliseconds since the epoch."""
        return self._at_ms

    def now(self) -> int:
        """Return whole seconds since the epoch."""
        return self._at_ms // 1000

    def advance(self, by: timedelta) -> None:
        """Move the time, back too."""
        self._at_ms += int(by.total_seconds() * 1000)
