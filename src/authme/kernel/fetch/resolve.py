"""The addresses of a name."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from authme.kernel.fetch.guard import NOT_ASKED, NotFetched

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns every address of a host, the first to be asked first; raises NotFetched for a name that nobody has."""
_THREADS: Final = 32


@dataclass(slots=True)
class _LookUp:
    """One look-up, and how many wait for it."""

    answer: "Future[list[str]]"
    waiting: int = 0


class Resolver:
    """Looks names up as the system does, in threads of its own.

    A look-up cannot be broken off, and some DNS servers take a long time to say nothing: in the threads that everything else
    shares, a few of them would keep everything else waiting. And all who want one name wait for one look-up: otherwise a few
    logins at one provider whose DNS server is down would take every thread, and nobody could ask for any other name.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="look-up")
        self._under_way: dict[tuple[str, int], _LookUp] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host."""
        found = self._join(host, port)
        found.waiting += 1
        try:
            await _end_of(found.answer)
            return found.answer.result()
        except (OSError, UnicodeError) as error:
            raise NotFetched(NOT_ASKED) from error
        finally:
            found.waiting -= 1
            if not found.waiting:
                # One that has not begun takes nobody's turn for nothing; one that has goes on, and whoever comes joins it.
                found.answer.cancel()

    def _join(self, host: str, port: int) -> _LookUp:
        name = (host, port)
        found = self._under_way.get(name)
        if found is None:
            found = self._under_way[name] = _LookUp(self._threads.submit(_look_up, host, port))
            found.answer.add_done_callback(lambda _: self._under_way.pop(name, None))
        return found


async def _end_of(answer: "Future[list[str]]") -> None:
    """Return when it is there; whoever gives up does not take it from the others."""
    loop = asyncio.get_running_loop()
    is_there = asyncio.Event()

    def tell(_: "Future[list[str]]") -> None:
        # The server may be over by then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(is_there.set)

    answer.add_done_callback(tell)
    await is_there.wait()


def _look_up(host: str, port: int) -> list[str]:
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
