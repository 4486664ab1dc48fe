import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from authme.kernel.database import Database, DatabaseUnavailable, connect
from kernel.items import ADD, FIND, ON_POSTGRESQL, new, places
from support.postgres import free_port

pytestmark = ON_POSTGRESQL


class Line:
    """The way to the server, which can be cut and mended."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self._to = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while read := await source.read(65536):
                sink.write(read)
        finally:
            sink.transport.abort()


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authme.kernel.database.postgres._HEARTBEAT", 0.1)


@pytest.fixture
async def line(url: str) -> AsyncIterator[Line]:
    line = Line(urlsplit(url).port or 5432)
    await line.mend()
    yield line
    await line.cut()


@pytest.fixture
async def distant(url: str, line: Line) -> AsyncIterator[Database]:
    """The database at the end of the line."""
    database = connect(url.replace(f":{urlsplit(url).port}/", f":{line.port}/"))
    await database.open()
    yield database
    await asyncio.wait_for(database.close(), 2)


async def test_a_server_that_is_not_there_is_an_outage(url: str) -> None:
    database = connect(url.replace(f":{urlsplit(url).port}/", f":{free_port()}/"))

    with pytest.raises(DatabaseUnavailable):
        await database.open()


async def test_while_the_server_is_away_everything_is_refused_and_afterwards_all_goes_on(
    distant: Database, line: Line, url: str
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    distant.changes.subscribe("item", heard.put_nowait)
    await asyncio.gather(*(distant.unit(lambda tx, place=place: tx.run(ADD, **new(place))) for place in range(5)))

    await line.cut()
    for _ in range(12):
        with pytest.raises(DatabaseUnavailable):
            await distant.unit(lambda tx: tx.run(ADD, **new(10)))
    with pytest.raises(DatabaseUnavailable):
        await distant.reader().one(FIND, id="i1")
    with pytest.raises(DatabaseUnavailable):
        await distant.ping()
    async with asyncio.timeout(2):
        while distant.changes.healthy:  # noqa: ASYNC110  # nothing tells of it, a cache asks each time
            await asyncio.sleep(0.01)

    await line.mend()
    await distant.ping()
    await distant.unit(lambda tx: tx.run(ADD, **new(20)))
    assert await places(url) == [0, 1, 2, 3, 4, 20]
    assert await asyncio.wait_for(heard.get(), 2) == "*"
    assert distant.changes.healthy
