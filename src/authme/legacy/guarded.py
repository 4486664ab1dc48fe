"""A directory as whoever logs in asks it: for a bounded time, and not at all while it is known to be down."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from authme.kernel.errors import Unavailable
from authme.legacy.directory import Directory, NotUnderstood, Unreachable, Withheld
from authme.legacy.model import Entry, Verdict
from authme.outbox.circuit import Circuit

Result = TypeVar("Result")
_MESSAGE: Final = "The legacy directory does not answer."
_TOLD_EVERY_SECONDS: Final = 60.0
_log = structlog.get_logger(__name__)


class Guarded:
    """Asks a directory, and breaks off after some seconds.

    A directory that did not answer once is left alone for a while, longer each time; then one question tries it, and the others
    are refused at once. A login waits once, and the next ones not at all. An answer that is not understood is one logon's, and
    costs the others nothing. Everything raises Unavailable (902) with when to come back.
    """

    def __init__(self, name: str, directory: Directory, *, seconds: float | None) -> None:
        self.name = name
        self._directory = directory
        self._seconds = seconds
        self._circuit = Circuit()
        self._under_way = 0
        self._tells_again_at = 0.0

    async def verify(self, logon: str, secret: str) -> Verdict:
        """Say what a password or phrase is worth."""
        return await self._ask(lambda: self._directory.verify(logon, secret))

    async def find(self, logon: str) -> Entry | None:
        """Return the logon as it stands there now."""
        return await self._ask(lambda: self._directory.find(logon))

    async def find_ours(self, logon: str) -> Entry | None:
        """Return the same; a logon that this server may not see is none of ours, and as if it were not there."""

        async def question() -> Entry | None:
            try:
                return await self._directory.find(logon)
            except Withheld:
                return None

        return await self._ask(question)

    async def _ask(self, question: Callable[[], Awaitable[Result]]) -> Result:
        loop = asyncio.get_running_loop()
        if self._circuit.room(loop.time(), free=1, under_way=self._under_way) <= 0:
            raise self._unavailable()
        self._under_way += 1
        try:
            async with asyncio.timeout(self._seconds):
                found = await question()
        except (Unreachable, TimeoutError) as fault:
            if self._circuit.found_down(loop.time()):
                _log.warning("legacy.down", directory=self.name, reason=str(fault) or "it took too long")
            raise self._unavailable() from fault
        except NotUnderstood as fault:
            self._tell(fault, loop.time())
            raise self._unavailable() from fault
        finally:
            self._under_way -= 1
        if self._circuit.found_up():
            _log.warning("legacy.up", directory=self.name)
        return found

    def _tell(self, fault: NotUnderstood, now: float) -> None:
        """Tell operators, but not as often as somebody asks for the same odd logon."""
        if now >= self._tells_again_at:
            self._tells_again_at = now + _TOLD_EVERY_SECONDS
            _log.warning("legacy.not_understood", directory=self.name, code=fault.code, reason=str(fault))

    def _unavailable(self) -> Unavailable:
        seconds = self._circuit.pause_left(asyncio.get_running_loop().time())
        return Unavailable(_MESSAGE, retry_after=max(1, math.ceil(seconds)))
