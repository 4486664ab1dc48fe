"""The bounded pool that password hashing runs in."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from authme.crypto import passwords
from authme.kernel.errors import Unavailable
from authme.settings import PasswordSettings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class PasswordPool:
    """Hashes and verifies passwords on as many threads as there are cores.

    The queue is capped: beyond it a caller is told to come back (503), for an unbounded queue turns a burst of logins into
    minutes of answers that nobody waits for. Never to be used by a unit of work that holds the writer.
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self._parameters = passwords.Argon2Parameters(
            memory_kib=settings.argon2_memory_kib,
            time_cost=settings.argon2_time_cost,
            parallelism=settings.argon2_parallelism,
        )
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="password")
        self._room = settings.threads + settings.queue
        self._waiting = 0
        self._decoy = passwords.decoy_hash(self._parameters)

    @property
    def waiting(self) -> int:
        """Number of hashes under way or queued."""
        return self._waiting

    async def hash(self, password: str) -> str:
        """Return the password's argon2id hash in PHC form."""
        return await self._run(passwords.hash_password, password, self._parameters)

    async def hash_folded(self, password: str) -> str:
        """Return the hash of a password in which small letters and capitals are to count alike."""
        return await self._run(passwords.hash_folded, password, self._parameters)

    async def hash_again(self, password: str, *, was: str) -> str:
        """Return a new hash of the password behind `was`, to be compared as that one is."""
        return await (self.hash_folded if passwords.is_folded(was) else self.hash)(password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` matches; with nothing stored, False after the same work, so that time tells nothing."""
        matches = await self._run(passwords.verify_password, password, stored or self._decoy)
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash is of another scheme or other parameters than new ones get."""
        return passwords.needs_rehash(stored, self._parameters)

    def close(self) -> None:
        """Stop the threads after what they are at."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _run(self, action: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if self._waiting >= self._room:
            raise Unavailable("Too many logins are waiting.")
        self._waiting += 1
        future = self._threads.submit(action, *args, **kwargs)
        # Counted down when the thread is done, not when the caller goes away: the thread stays busy either way.
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._waiting -= 1
