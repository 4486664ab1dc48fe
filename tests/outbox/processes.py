"""Worker processes with couriers, and whom they deliver to."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.database import Database
from authme.outbox.box import Outbox
from authme.outbox.courier import Courier
from authme.outbox.enqueue import enqueue
from authme.outbox.handler import Done, Lane, Later, Never, Outcome
from authme.outbox.model import Delivery
from authme.outbox.sweep import Patience
from support.two_engines import Worker

MASTER_KEY = MasterKey(bytes(range(32)))


class OtherSide:
    """Whom deliveries go to: takes everything, unless it is told otherwise."""

    def __init__(self) -> None:
        self.taken: list[Delivery] = []
        self.is_down = False
        self.is_closed = False
        self._answers: dict[int, Outcome] = {}
        self._holds = False
        self._held: list[asyncio.Event] = []
        self._was_asked = asyncio.Event()
        self._under_way: set[str] = set()
        self.were_at_once: list[str] = []
        """Keys of which it was asked for two at once."""

    def refuse(self, *numbers: int, outcome: Outcome | None = None) -> None:
        """Answer these so; without an outcome refuse them for good."""
        self._answers |= dict.fromkeys(numbers, outcome or Never("no"))

    def accept(self, number: int) -> None:
        del self._answers[number]

    def hold(self) -> None:
        """Answer nobody until `release`."""
        self._holds = True

    def release(self, count: int | None = None) -> None:
        """Answer everybody from now on, or only so many of those who have waited the longest."""
        self._holds = count is not None
        for event in self._held[:count]:
            event.set()

    async def until_asked(self, count: int) -> None:
        """Return when it was asked so many times."""
        async with asyncio.timeout(5):
            while len(self.taken) < count:
                self._was_asked.clear()
                await self._was_asked.wait()

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.taken.append(delivery)
        self._was_asked.set()
        with self._watched(delivery.payload["key"]):
            # As long as the others need to begin.
            await asyncio.sleep(0)
            if self._holds:
                self._held.append(asyncio.Event())
                await self._held[-1].wait()
        if self.is_down:
            return Later("it is down", is_channel_down=True)
        return self._answers.get(delivery.payload["number"], Done())

    @contextmanager
    def _watched(self, key: str | None) -> Iterator[None]:
        if key is None:
            yield
            return
        if key in self._under_way:
            self.were_at_once.append(key)
        self._under_way.add(key)
        yield
        self._under_way.discard(key)

    async def close(self) -> None:
        self.is_closed = True

    @property
    def numbers(self) -> list[int]:
        """What it was asked for, in no order: that is nobody's promise."""
        return sorted(one.payload["number"] for one in self.taken)

    def in_order(self, key: str) -> list[int]:
        """What it was asked for under a key, one after the other."""
        return [one.payload["number"] for one in self.taken if one.payload["key"] == key]


class Process:
    """A worker process with a courier."""

    def __init__(self, database: Database, clock: FakeClock, other_side: OtherSide, **lane: Any) -> None:
        box = Outbox(MASTER_KEY)
        self.worker = Worker(database, clock, box, Patience({"TASK": 5, "PATIENT TASK": 30}))
        given = {"longest": timedelta(seconds=20)} | lane
        self.courier = Courier(database, clock, box, [Lane("TASK", "HERE", other_side, **given)])

    async def enqueue(
        self, *numbers: int, kind: str = "TASK", channel: str = "HERE", user_id: str | None = None, order_key: str | None = None
    ) -> None:
        """Write a row for each number, in units of their own; under a key they are in the order of their numbers."""
        for number in numbers:

            async def work(ctx: Any, number: int = number) -> None:
                order_no = number if order_key is not None else None
                payload = {"number": number, "key": order_key}
                enqueue(
                    ctx, kind=kind, channel=channel, payload=payload, user_id=user_id, order_key=order_key, order_no=order_no
                )

            await self.worker.run(work)


StartProcess = Callable[..., Awaitable[Process]]
