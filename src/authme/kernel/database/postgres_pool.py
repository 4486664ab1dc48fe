"""Connections to PostgreSQL, kept for the next who needs one.

The driver's own pool wraps each connection anew for each use, which costs half as much as a statement. This one hands out the
connection itself, and drops it after anything that may have left it in the middle of something.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from authme.kernel.database.interface import DatabaseUnavailable

Connection = Any
"""An asyncpg connection."""


class Pool:
    """At most `limit` connections, made when they are needed, the last one used first."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], limit: int, *, patience: float) -> None:
        self._connect = connect
        self._limit = limit
        self._patience = patience
        self._size = 0
        self._is_closed = False
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    async def take(self) -> Connection:
        """Return a connection. Raises TimeoutError when none gets free for as long as `patience` (seconds)."""
        if self._is_closed:
            raise DatabaseUnavailable("The database is closed.")
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._size -= 1
        if self._size < self._limit:
            self._size += 1
            return await self._make()
        return await self._wait() or await self._make()

    def give_back(self, connection: Connection, *, is_sound: bool) -> None:
        """Take a connection back; one that is not sound is closed, which undoes what it was at."""
        if is_sound and not connection.is_closed():
            if not self._hand_on(connection):
                self._idle.append(connection)
            return
        connection.terminate()
        self._hand_on_room()

    async def close(self) -> None:
        """Refuse whoever asks from now on, and close all connections, those in use when they come back."""
        self._is_closed = True
        with contextlib.suppress(TimeoutError):
            while self._size:
                connection = self._idle.pop() if self._idle else await self._wait()
                if connection is not None:
                    await connection.close()
                self._size -= 1

    async def _make(self) -> Connection:
        """Make a connection in room that is counted already."""
        try:
            return await self._connect()
        except BaseException:
            self._hand_on_room()
            raise

    async def _wait(self) -> Connection | None:
        """Wait in the order of asking for a connection, or (None) for room to make one, counted as taken."""
        handed = asyncio.get_running_loop().create_future()
        self._waiting.append(handed)
        try:
            async with asyncio.timeout(self._patience):
                return await handed
        except BaseException:
            if handed.done() and not handed.cancelled():
                # It was handed over in the moment the wait was given up.
                connection = handed.result()
                if connection is None:
                    self._hand_on_room()
                else:
                    self.give_back(connection, is_sound=True)
            raise

    def _hand_on_room(self) -> None:
        """Hand on the room of a connection that is no more; it stays counted if somebody takes it."""
        if not self._hand_on(None):
            self._size -= 1

    def _hand_on(self, connection: Connection | None) -> bool:
        while self._waiting:
            handed = self._waiting.popleft()
            if not handed.done():
                handed.set_result(connection)
                return True
        return False
