"""The addresses of a name."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from authme.kernel.fetch.guard import NotFetched

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns every address of a host, the first to be asked first; raises NotFetched for a name that nobody has."""
_THREADS: Final = 8


class Resolver:
    """Looks names up as the system does, in threads of its own.

    A look-up cannot be broken off, and some DNS servers take a long time to say nothing: in the threads that everything else
    shares, a few of them would keep everything else waiting.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="look-up")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)
        except (OSError, UnicodeError) as error:
            raise NotFetched("The host is not known.") from error


def _look_up(host: str, port: int) -> list[str]:
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
