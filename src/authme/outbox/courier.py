"""Delivers what is in the outbox, in every worker process."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from authme.kernel.clock import Clock
from authme.kernel.database import Database, DatabaseUnavailable
from authme.outbox.box import Outbox
from authme.outbox.handler import Lane
from authme.outbox.lane_runner import LaneRunner

_LOOK_SECONDS: Final = 1.0
"""How often rows are looked for that nobody told of: another process wrote them, or they are due by now."""
_GRACE: Final = timedelta(seconds=5)
"""For deliveries under way when the server stops, which has ten seconds in all."""
_LEAVE_SECONDS: Final = 2.0
_log = structlog.get_logger(__name__)


class Courier:
    """Delivers the rows of each lane beside those of the others, outside any unit of work, at least once.

    Every process has one. A claim keeps them from each other; it is right whoever else runs, and whoever died.
    """

    def __init__(self, database: Database, clock: Clock, box: Outbox, lanes: Sequence[Lane]) -> None:
        self._box = box
        self._news = [asyncio.Event() for _ in lanes]
        self._runners = [LaneRunner(lane, database, clock, box, news.set) for lane, news in zip(lanes, self._news, strict=True)]
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._is_over = False
        self._tasks = [
            asyncio.create_task(self._run(runner, news)) for runner, news in zip(self._runners, self._news, strict=True)
        ]
        self._box.call_on_wake(self.wake)

    def wake(self) -> None:
        """Look for new rows now."""
        for news in self._news:
            news.set()

    async def stop(self) -> None:
        """Stop; deliveries under way are finished, or after some seconds broken off and given back."""
        self._box.call_on_wake(None)
        self._is_over = True
        self.wake()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.gather(*(self._end(runner) for runner in self._runners))

    async def deliver_due(self) -> int:
        """Deliver what is due now, without being started; return how many rows were tried."""
        tried = 0
        for runner in self._runners:
            while begun := await runner.begin():
                tried += begun
                await runner.finish()
        return tried

    async def _run(self, runner: LaneRunner, news: asyncio.Event) -> None:
        was_well = True
        while not self._is_over:
            news.clear()
            begun = 0
            try:
                begun = await runner.begin()
                was_well = True
            except Exception as fault:  # noqa: BLE001  # the courier outlives whatever it meets
                if was_well:
                    _report(runner.lane, fault)
                was_well = False
            if begun == 0 and not self._is_over:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await news.wait()

    async def _end(self, runner: LaneRunner) -> None:
        try:
            await runner.finish(within=_GRACE)
        except DatabaseUnavailable as fault:
            # What could not be given back is another's when the claim runs out.
            _report(runner.lane, fault)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await runner.lane.handler.close()


def _report(lane: Lane, fault: Exception) -> None:
    if isinstance(fault, DatabaseUnavailable):
        _log.warning("outbox.failed", channel=lane.channel, reason=str(fault))
    else:
        _log.error("outbox.failed", channel=lane.channel, exc_info=fault)
