"""Group commit: many units of work on one SQLite connection, one fsync for those that are there together."""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from authme.kernel.database.interface import DatabaseUnavailable

_LONGEST_BATCH = 0.002
_LONGEST_WAIT = 5.0
_QUICK_COMMIT = 0.002
_FORGETTING = 0.9
_BUSY = "locked"

_Commit = tuple[sqlite3.Connection, asyncio.AbstractEventLoop, Callable[[Exception | None], None]]


class Turn:
    """A lock that is handed on in the order of asking, and tells whether anyone waits.

    `on_declined` is called, holding the lock, for whoever was cancelled in the moment it was handed over.
    """

    def __init__(self, on_declined: Callable[[], None]) -> None:
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._is_taken = False
        self._on_declined = on_declined

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits."""
        return any(not waiter.done() for waiter in self._waiters)

    async def take(self) -> None:
        """Wait for the turn."""
        if not self._is_taken:
            self._is_taken = True
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._on_declined()
            raise

    def give(self) -> None:
        """Hand the turn to the next who waits."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._is_taken = False


class Committer:
    """Commits on a thread of its own, so that the event loop goes on during the fsync."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Commit | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="commit", daemon=True)
        self._thread.start()

    def commit(self, connection: sqlite3.Connection, then: Callable[[Exception | None], None]) -> None:
        """Commit what is open on the connection, which nobody else uses until `then` is called on the event loop."""
        self._queue.put((connection, asyncio.get_running_loop(), then))

    def close(self) -> None:
        """End the thread after what it is at."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            connection, loop, then = task
            fault: Exception | None = None
            try:
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                fault = error
            loop.call_soon_threadsafe(then, fault)


class Writer:
    """The one writing connection. A unit of work is a savepoint, or one statement, in the batch that is open.

    `check` is called before each batch and raises DatabaseUnavailable if nothing must be written. `is_alone` says that nobody
    but the one unit is at work.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        check: Callable[[], None] = lambda: None,
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        self.connection = connection
        self._check = check
        self._is_alone = is_alone
        self._last_commit = 0.0
        # Whoever declines a turn still has to see to the batch that came with it.
        self._turn = Turn(on_declined=self._pass_on)
        self._committer = Committer()
        self._members: list[asyncio.Future[None]] | None = None
        self._opened_at = 0.0
        self._has_savepoint = False
        self._is_closed = False

    async def begin(self, *, savepoint: bool = True) -> None:
        """Take the turn and open a savepoint, in the open batch or in a new one; none for a unit of one statement."""
        await self._turn.take()
        try:
            if self._is_closed:
                raise DatabaseUnavailable("The database is closed.")  # noqa: TRY301  # the turn is handed on below
            if self._members is None:
                await self._begin_batch()
            if savepoint:
                self.connection.execute("SAVEPOINT unit")
            self._has_savepoint = savepoint
        except BaseException:
            self._pass_on()
            raise

    async def keep(self) -> None:
        """End the savepoint; return when its batch is committed. Raises DatabaseUnavailable if the commit fails."""
        try:
            if self._has_savepoint:
                self.connection.execute("RELEASE unit")
        except sqlite3.Error as error:
            self.undo()
            raise DatabaseUnavailable(str(error)) from error
        member: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        assert self._members is not None
        self._members.append(member)
        try:
            if self._is_alone():
                await asyncio.sleep(0)  # whoever is about to begin joins the batch
        finally:
            self._pass_on()
        await member

    def undo(self) -> None:
        """Undo the unit; the batch lives on."""
        if not self.connection.in_transaction:
            # Some faults, a full disk among them, make SQLite undo all that is open: the batch is lost, not only this unit.
            self._fail_batch()
        elif self._has_savepoint:
            self.connection.execute("ROLLBACK TO unit")
            self.connection.execute("RELEASE unit")
        self._pass_on()

    async def close(self) -> None:
        """Wait for the last batch and close the connection; units after that are refused."""
        await self._turn.take()
        self._is_closed = True
        self._committer.close()
        self.connection.close()
        self._turn.give()

    def _fail_batch(self) -> None:
        members, self._members = self._members or [], None
        for member in members:
            if not member.done():
                member.set_exception(DatabaseUnavailable("The batch could not be written."))

    async def _begin_batch(self) -> None:
        self._check()
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + _LONGEST_WAIT
        while True:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                # Another process writes. The wait is on the event loop, which has other things to do meanwhile.
                if _BUSY not in str(error) or loop.time() > give_up_at:
                    raise DatabaseUnavailable(str(error)) from error
                await asyncio.sleep(0.001)
        self._members = []
        self._opened_at = loop.time()

    def _pass_on(self) -> None:
        """Hand the turn on, or commit when nobody waits or the batch has been open long enough."""
        is_fresh = asyncio.get_running_loop().time() - self._opened_at < _LONGEST_BATCH
        if self._members is None or (self._turn.is_awaited and is_fresh):
            self._turn.give()
            return
        members, self._members = self._members, None
        if not members:
            self.connection.execute("ROLLBACK")
            self._turn.give()
            return
        if len(members) == 1 and self._last_commit < _QUICK_COMMIT and self._is_alone():
            # Handing it to the thread and back would cost more than the wait, and nobody else is kept waiting.
            self._committed(self._commit_now(), members)
        else:
            self._committer.commit(self.connection, lambda fault: self._committed(fault, members))

    def _commit_now(self) -> sqlite3.Error | None:
        started = time.perf_counter()
        try:
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            return error
        finally:
            self._last_commit = time.perf_counter() - started
        return None

    def _committed(self, fault: Exception | None, members: list[asyncio.Future[None]]) -> None:
        # After a slow commit the thread has them, and each makes it a little likelier that this is tried again.
        self._last_commit *= _FORGETTING
        if fault is not None and self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        for member in members:
            if member.done():
                continue
            if fault is None:
                member.set_result(None)
            else:
                member.set_exception(DatabaseUnavailable(str(fault)))
        self._turn.give()
