"""Connections to the addresses that were checked."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from typing import Any, Final

import httpcore

_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
_PATIENCE: Final = 1.0
"""Seconds for an address to answer, if there is another."""
_LARGEST_HEAD: Final = 64 * 1024
_AT_ONCE: Final = 512


class _Pace:
    """How much of one answer is read at once.

    The library goes through what was read without a pause, and passes over as many provisional answers as there are (1xx, RFC
    9110 section 15.2): 64 KiB of them would keep everybody else waiting for a second, and then the next. Until the head is
    there, little is read at once, and not much altogether.
    """

    def __init__(self) -> None:
        self.is_in_body = False
        self._of_head = 0

    def room(self, wanted: int) -> int:
        """Return how many bytes to read; raise what the library raises for an answer that is none."""
        if self.is_in_body:
            return wanted
        if self._of_head >= _LARGEST_HEAD:
            raise httpcore.RemoteProtocolError(f"the head of its answer is larger than {_LARGEST_HEAD} bytes")
        return min(wanted, _AT_ONCE)

    def took(self, count: int) -> None:
        """Note what was read."""
        if not self.is_in_body:
            self._of_head += count


class Pinned(httpcore.AsyncNetworkBackend):
    """Connects to one of the addresses that were checked: the name is not looked up again, which might then say another."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._backend = httpcore.AnyIOBackend()
        self._pace = _Pace()

    def begin_body(self) -> None:
        """Note that the head of the answer is there."""
        self._pace.is_in_body = True

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002  # the name stands for the addresses
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address that answers."""
        for address in self._addresses[:-1]:
            try:
                stream = await self._backend.connect_tcp(address, port, _PATIENCE, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _Stream(stream, self._pace)
        last = self._addresses[-1]
        return _Stream(await self._backend.connect_tcp(last, port, timeout, local_address, socket_options), self._pace)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is read at a pace, and closed also if the time is over within its TLS handshake.

    The library leaves it open then.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, pace: _Pace) -> None:
        self._stream = stream
        self._pace = pace

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # the library's signature
        # By TLS, what is there already comes without a turn for anybody else.
        await asyncio.sleep(0)
        found = await self._stream.read(self._pace.room(max_bytes), timeout)
        self._pace.took(len(found))
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  # the same
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the same
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._pace)
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
