"""Whether a channel takes anything: a mail server that is down is not asked with each of ten thousand messages."""

from typing import Final

from authme.outbox.back_off import delay_ms

_LONGEST_PAUSE_MS: Final = 30_000
_MS: Final = 1000


class Circuit:
    """Pauses a channel that was found down, and then lets one delivery try it. Times are those of the event loop."""

    def __init__(self) -> None:
        self._failures = 0
        self._paused_until = 0.0

    def room(self, now: float, *, free: int, under_way: int) -> int:
        """Return how many deliveries may begin."""
        if self._failures == 0:
            return free
        return int(now >= self._paused_until and under_way == 0)

    def pause_left(self, now: float) -> float:
        """Return the seconds until one may try again."""
        return max(0.0, self._paused_until - now)

    def found_down(self, now: float) -> bool:
        """Begin a pause, longer than the one before; return whether the channel was up until now."""
        was_up = self._failures == 0
        # Deliveries that were under way together fail together: that is one failure.
        if was_up or now >= self._paused_until:
            self._failures += 1
            self._paused_until = now + delay_ms(self._failures, longest_ms=_LONGEST_PAUSE_MS) / _MS
        return was_up

    def found_up(self) -> bool:
        """End the pauses; return whether the channel was down until now."""
        was_down = self._failures > 0
        self._failures, self._paused_until = 0, 0.0
        return was_down
