from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.database import Database
from outbox.processes import OtherSide, Process, StartProcess


@pytest.fixture
def other_side() -> OtherSide:
    return OtherSide()


@pytest.fixture
async def start(
    open_database: Callable[[], Awaitable[Database]], clock: FakeClock, other_side: OtherSide
) -> AsyncIterator[StartProcess]:
    """Start another worker process on the database; its courier delivers when it is told to."""
    started: list[Process] = []

    async def start_one(**lane: Any) -> Process:
        started.append(Process(await open_database(), clock, other_side, **lane))
        return started[-1]

    yield start_one
    for process in started:
        await process.courier.stop()


@pytest.fixture
async def process(start: StartProcess) -> Process:
    return await start()
