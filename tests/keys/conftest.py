from collections.abc import Awaitable, Callable

import pytest

from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.database import Database
from authme.keys import Keyring
from authme.settings import TokenSettings
from support.two_engines import Worker

MASTER_KEY = MasterKey(bytes(range(32)))
SETTINGS = TokenSettings(issuer="https://id.example", audience="https://id.example", signing_alg="ES256")


@pytest.fixture
def start(open_database: Callable[[], Awaitable[Database]], clock: FakeClock) -> Callable[..., Awaitable[Worker]]:
    """Start another worker process on the database."""

    async def start_one(*, master_key: MasterKey = MASTER_KEY, settings: TokenSettings = SETTINGS) -> Worker:
        database = await open_database()
        keyring = Keyring(master_key, settings.signing_alg)
        await keyring.open(database, clock)
        return Worker(database, clock, keyring, settings)

    return start_one


@pytest.fixture
async def worker(start: Callable[..., Awaitable[Worker]]) -> Worker:
    return await start()
