from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from authme.kernel.clock import FakeClock
from authme.kernel.database import connect
from authme.kernel.database.migrations import migrate
from notify.postmen import Postman

MakePostman = Callable[..., Awaitable[Postman]]


@pytest.fixture
async def make_postman(tmp_path: Path, clock: FakeClock) -> AsyncIterator[MakePostman]:
    """Start a worker process on SQLite that sends messages by these settings."""
    url = f"sqlite:///{tmp_path}/authme.db"
    await migrate(url)
    made: list[Postman] = []

    async def make(**settings: object) -> Postman:
        database = connect(url)
        await database.open()
        made.append(Postman(database, clock, url, **settings))
        return made[-1]

    yield make
    for postman in made:
        await postman.courier.stop()
        await postman.worker.database.close()
