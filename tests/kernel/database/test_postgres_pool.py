import asyncio

import pytest

from authme.kernel.database.postgres_pool import Pool


class Connection:
    """What the pool knows of a connection."""

    def __init__(self) -> None:
        self.is_open = True

    def is_closed(self) -> bool:
        return not self.is_open

    def terminate(self) -> None:
        self.is_open = False

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.is_open = False


class Server:
    """Whom the pool connects to."""

    def __init__(self) -> None:
        self.made: list[Connection] = []
        self.is_away = False

    async def connect(self) -> Connection:
        await asyncio.sleep(0)
        if self.is_away:
            raise ConnectionRefusedError
        self.made.append(Connection())
        return self.made[-1]

    @property
    def open(self) -> int:
        return sum(connection.is_open for connection in self.made)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def pool(server: Server) -> Pool:
    return Pool(server.connect, 2, patience=0.2)


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_connection_is_made_when_none_is_free_and_used_again_when_it_came_back(pool: Pool, server: Server) -> None:
    first = await pool.take()
    second = await pool.take()
    assert first is not second

    pool.give_back(first, is_sound=True)

    assert await pool.take() is first
    assert len(server.made) == 2


async def test_who_waits_gets_the_next_one_in_the_order_of_asking(pool: Pool) -> None:
    first, second = await pool.take(), await pool.take()
    waiting = [asyncio.create_task(pool.take()) for _ in range(2)]
    await turns()

    pool.give_back(second, is_sound=True)
    pool.give_back(first, is_sound=True)

    assert [await task for task in waiting] == [second, first]


async def test_who_waits_for_too_long_is_told_so_and_takes_nothing_with_him(pool: Pool) -> None:
    first, _ = await pool.take(), await pool.take()
    with pytest.raises(TimeoutError):
        await pool.take()

    pool.give_back(first, is_sound=True)

    assert await pool.take() is first


async def test_one_that_is_not_sound_is_closed_and_makes_room(pool: Pool, server: Server) -> None:
    first, _ = await pool.take(), await pool.take()
    waiting = asyncio.create_task(pool.take())
    await turns()

    pool.give_back(first, is_sound=False)

    assert (await waiting).is_open
    assert not first.is_open
    assert (len(server.made), server.open) == (3, 2)


async def test_one_that_was_closed_while_nobody_used_it_is_not_handed_out(pool: Pool) -> None:
    first = await pool.take()
    pool.give_back(first, is_sound=True)
    first.terminate()

    assert (await pool.take()).is_open


async def test_a_connection_that_cannot_be_made_takes_no_room(pool: Pool, server: Server) -> None:
    server.is_away = True
    for _ in range(5):
        with pytest.raises(ConnectionRefusedError):
            await pool.take()
    server.is_away = False

    assert len({id(await pool.take()) for _ in range(2)}) == 2


@pytest.mark.parametrize("is_sound", [True, False])
async def test_what_is_handed_to_somebody_who_is_just_cancelled_goes_to_the_next(pool: Pool, *, is_sound: bool) -> None:
    first, _ = await pool.take(), await pool.take()
    gone, next_one = (asyncio.create_task(pool.take()) for _ in range(2))
    await turns()

    pool.give_back(first, is_sound=is_sound)
    gone.cancel()

    assert (await asyncio.wait_for(next_one, 0.1)).is_open


async def test_one_that_is_cancelled_while_it_is_made_takes_no_room(pool: Pool) -> None:
    for _ in range(5):
        making = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)

    assert len({id(await pool.take()) for _ in range(2)}) == 2


async def test_there_are_never_more_than_the_limit(pool: Pool, server: Server) -> None:
    first, _ = await pool.take(), await pool.take()
    waiting = asyncio.create_task(pool.take())
    await turns()

    late = asyncio.create_task(pool.take())
    pool.give_back(first, is_sound=False)
    await turns(10)

    assert server.open <= 2
    for task in (waiting, late):
        task.cancel()
    await asyncio.gather(waiting, late, return_exceptions=True)


async def test_close_waits_for_those_in_use_and_makes_none(server: Server) -> None:
    pool = Pool(server.connect, 10, patience=0.2)
    used = await pool.take()
    closing = asyncio.create_task(pool.close())
    await turns(50)
    pool.give_back(used, is_sound=True)
    await closing

    assert (len(server.made), server.open) == (1, 0)
