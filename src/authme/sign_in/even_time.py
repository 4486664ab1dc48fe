"""A look-up that takes as long for everybody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SECONDS = 0.005


@asynccontextmanager
async def even_time() -> AsyncIterator[None]:
    """Let what is looked up inside take 5 ms: rows that are there take a moment longer to read than rows that are not.

    Nothing is written inside: on SQLite everybody would wait.
    """
    loop = asyncio.get_running_loop()
    over_at = loop.time() + _SECONDS
    yield
    await asyncio.sleep(over_at - loop.time())
