"""A host that answers whatever a test wants, byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"


def said(head: bytes, body: bytes = b"") -> Answer:
    """Answer these bytes, with the length of the body in the head."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    return answer


def moved(to: str, status: int = 302) -> Answer:
    return said(b"HTTP/1.1 %d Moved\r\nLocation: %s\r\n" % (status, to.encode()))


@dataclass
class Peer:
    """A host on this machine; `answer` may be replaced, or an answer set for a path."""

    answer: Answer
    answers: dict[str, Answer] = field(default_factory=dict)
    port: int = 0
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    """As they came, with their bodies as far as they have a length."""
    connections: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0].partition(b":")[2])) if length else b""
            self.requests.append(head + body)
            path = head.split(b" ")[1].decode()
            await self.answers.get(path, self.answer)(writer)


@asynccontextmanager
async def listening(answer: Answer | None = None, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """Open a host; what it is still saying when the test is over is broken off."""
    peer = Peer(answer or said(OK, b"hello"), scheme="https" if tls else "http")
    is_over, connections = asyncio.Event(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving, over = asyncio.create_task(peer.serve(reader, writer)), asyncio.create_task(is_over.wait())
        await asyncio.wait({serving, over}, return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            writer.transport.abort()
        for task in (serving, over):
            task.cancel()
        await asyncio.gather(serving, over, return_exceptions=True)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        is_over.set()
        server.close()
        # What was accepted at the last moment comes with the next turns.
        await asyncio.sleep(0.01)
        await asyncio.gather(*connections)
        await server.wait_closed()
