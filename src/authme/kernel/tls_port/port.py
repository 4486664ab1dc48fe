"""The port: who may connect, how many at a time, and how it stops."""

import asyncio
import contextlib
import socket
import ssl
from typing import Final

import structlog

from authme.kernel.tls_port.connection import Bounds, Connection
from authme.kernel.tls_port.exchange import Application, Peer

_BACKLOG: Final = 256
_MOST_CONNECTIONS: Final = 512
_HANDSHAKE_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.2
_log = structlog.get_logger(__name__)


class TlsPort:
    """Serves one operation of an application to callers that were asked for a certificate.

    At most 512 connections are open at a time, those that have not finished their handshake among them; further ones wait to be
    accepted. Every worker process listens on the same port.
    """

    def __init__(
        self, application: Application, method: str, path: str, *, context: ssl.SSLContext, host: str, port: int, bounds: Bounds
    ) -> None:
        self._served = (application, method.encode(), path.encode())
        self._context = context
        self._address = (host, port)
        self._bounds = bounds
        self._room = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._open: dict[asyncio.Task[None], Connection | None] = {}
        self._accepting: asyncio.Task[None] | None = None
        self._listener: socket.socket | None = None

    async def open(self) -> None:
        """Listen; raise OSError if that cannot be."""
        self._listener = listen(*self._address)
        self._accepting = asyncio.create_task(self._accept(self._listener))

    async def close(self, seconds: float) -> None:
        """Accept nobody any more, finish the requests under way within some seconds, and end every connection."""
        if self._accepting is None or self._listener is None:
            return
        self._accepting.cancel()
        await asyncio.wait([self._accepting])
        self._listener.close()
        for task, connection in self._open.items():
            if connection is None or not connection.is_asking:
                task.cancel()
            else:
                connection.is_last = True
        if self._open:
            await asyncio.wait(self._open, timeout=seconds)
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=_CLOSE_SECONDS)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._room.acquire()
            try:
                accepted, address = await loop.sock_accept(listener)
            except OSError as fault:
                # Who is gone already, or no file descriptor is left: neither ends the port.
                self._room.release()
                _log.warning("tls_port.not_accepted", reason=str(fault))
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            except asyncio.CancelledError:
                self._room.release()
                raise
            task = asyncio.create_task(self._serve(accepted, (str(address[0]), int(address[1]))))
            self._open[task] = None
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        del self._open[task]
        self._room.release()
        if not task.cancelled() and (defect := task.exception()) is not None:
            _log.error("unexpected", exc_info=defect)

    async def _serve(self, accepted: socket.socket, address: tuple[str, int]) -> None:
        try:
            reader, writer = await self._shake_hands(accepted)
        except (OSError, TimeoutError):
            # Not TLS, too slow, or a certificate that leads nowhere: the other end was told by TLS.
            accepted.close()
            return
        except asyncio.CancelledError:
            accepted.close()
            raise
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        connection = Connection(reader, writer, Peer(address, shown), self._served, self._bounds)
        task = asyncio.current_task()
        if task is not None:
            self._open[task] = connection
        try:
            await connection.serve()
        finally:
            await _hang_up(writer)

    async def _shake_hands(self, accepted: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raise OSError (ssl.SSLError), also when it takes too long."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=self._bounds.head)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            accepted,
            ssl=self._context,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=_CLOSE_SECONDS,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens here beside those of the other worker processes; raise OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await writer.wait_closed()
            return
    writer.transport.abort()
