from collections.abc import Awaitable, Callable

import pytest

from authme.audit import Sealer
from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.database import Database
from support.two_engines import Worker

MASTER_KEY = MasterKey(bytes(range(32)))


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(MASTER_KEY)


@pytest.fixture
async def worker(open_database: Callable[[], Awaitable[Database]], clock: FakeClock, sealer: Sealer) -> Worker:
    return Worker(await open_database(), clock, sealer)
