"""RACF as a directory of logons, through LDAP."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from authme.kernel.clock import Clock, SystemClock
from authme.legacy.directory import Refused, Unreachable
from authme.legacy.ldap.deadline import Deadline
from authme.legacy.ldap.line import IDLE_SECONDS
from authme.legacy.ldap.questions import Questions
from authme.legacy.ldap.secret import may_be_secret
from authme.legacy.logon import LOGON
from authme.legacy.model import Entry, NewLogon, Verdict
from authme.legacy.secret import SecretNotTaken, check_new_secret
from authme.settings.legacy import LdapDirectory

Result = TypeVar("Result")


class LdapRacf:
    """Asks and changes RACF as the logon that the settings name; each call ends within `seconds`.

    The library waits for its sockets, so it runs in threads of its own, one for each connection that may be open. This server's
    own logon is nobody's: whoever tried passwords for it would have it revoked, and everybody shut out.
    """

    def __init__(self, given: LdapDirectory, *, seconds: float, clock: Clock | None = None) -> None:
        self._own = given.bind_logon
        self._seconds = seconds
        self._questions = Questions(given, clock or SystemClock())
        self._threads = ThreadPoolExecutor(given.connections, thread_name_prefix="ldap")
        self._rest: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def verify(self, logon: str, secret: str) -> Verdict:
        """Say what a secret is worth, by a bind as the logon."""
        if not self._is_somebodys(logon):
            return "UNKNOWN"
        if not may_be_secret(secret):
            return "WRONG"
        return await self._within(lambda deadline: self._questions.verify(deadline, logon, secret))

    async def find(self, logon: str) -> Entry | None:
        """Return the logon as it stands now."""
        if not LOGON.fullmatch(logon):
            return None
        return await self._within(lambda deadline: self._questions.find(deadline, logon))

    async def provision(self, new: NewLogon, *, mark: str) -> None:
        """Make a logon."""
        self._check_form(new.logon)
        if new.group is not None and not LOGON.fullmatch(new.group):
            raise Refused("This is not the form of a group.")
        await self._within(lambda deadline: self._questions.provision(deadline, new, mark))

    async def set_secret(self, logon: str, secret: str, *, mark: str) -> None:
        """Set password or phrase."""
        self._check_form(logon)
        try:
            check_new_secret(secret)
        except SecretNotTaken as error:
            raise Refused("The directory does not take this as a password.") from error
        await self._within(lambda deadline: self._questions.set_secret(deadline, logon, secret, mark))

    async def revoke(self, logon: str) -> None:
        """Revoke a logon."""
        self._check_form(logon)
        await self._within(lambda deadline: self._questions.give_word(deadline, logon, "REVOKE"))

    async def resume(self, logon: str) -> None:
        """Let a logon in again."""
        self._check_form(logon)
        await self._within(lambda deadline: self._questions.give_word(deadline, logon, "RESUME"))

    async def check(self) -> list[str]:
        """Return the first step on the way to it that fails."""
        try:
            return await self._within(self._questions.check)
        except Unreachable as fault:
            return [str(fault)]

    async def close(self) -> None:
        """Let go of connections; questions under way end by their deadlines."""
        self._is_closed = True
        if self._rest is not None:
            self._rest.cancel()
        await asyncio.to_thread(self._questions.lines.close)
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _is_somebodys(self, logon: str) -> bool:
        return LOGON.fullmatch(logon) is not None and logon != self._own

    def _check_form(self, logon: str) -> None:
        if not self._is_somebodys(logon):
            raise Refused("This is not a logon that may be changed from here.")

    async def _within(self, question: Callable[[Deadline], Result]) -> Result:
        deadline = Deadline(self._seconds)
        loop = asyncio.get_running_loop()
        try:
            # Whoever waits in vain leaves a thread behind for no longer than the deadline, at which its socket times out.
            async with asyncio.timeout(deadline.left()):
                return await loop.run_in_executor(self._threads, question, deadline)
        except TimeoutError as fault:
            raise Unreachable(f"The directory did not answer within {self._seconds:g} seconds.") from fault
        finally:
            self._look_later()

    def _look_later(self) -> None:
        if self._rest is None and not self._is_closed:
            self._rest = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._leave_rested)

    def _leave_rested(self) -> None:
        self._rest = None
        leaving = asyncio.get_running_loop().run_in_executor(self._threads, self._questions.lines.leave_rested)
        leaving.add_done_callback(self._look_again)

    def _look_again(self, left: "asyncio.Future[bool]") -> None:
        if not left.cancelled() and left.exception() is None and left.result():
            self._look_later()
