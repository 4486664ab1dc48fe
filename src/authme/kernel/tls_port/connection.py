"""One connection, from its first request to its end."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final

import h11
import structlog

from authme.kernel.errors import Unexpected
from authme.kernel.tls_port.exchange import Answer, Application, Peer, ask, refuse, refuse_form, refuse_path

_READ: Final = 16 << 10
_LINGER_READS: Final = 64
_LINGER_SECONDS: Final = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a caller may cost. Times are seconds."""

    body: int
    """Bytes of a body; one byte more is passed on, for the application to refuse it."""
    head: int = 16 << 10
    """Bytes of the request line and the headers, up to what is read in one go."""
    head_seconds: float = 10
    """From the beginning of a connection, or the end of the answer before, until a whole head is there."""
    body_seconds: float = 10
    send_seconds: float = 10
    requests: int = 100
    """On one connection."""


class Connection:
    """Serves one operation of an application to one peer."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: Peer,
        served: tuple[Application, bytes, bytes],
        bounds: Bounds,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._peer = peer
        self._application, self._method, self._path = served
        self._bounds = bounds
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=bounds.head)
        self.is_asking = False
        """Whether a request is being carried out, which is finished also when the server stops."""
        self.is_last = False
        """Set from outside: the answer under way is the last one."""

    async def serve(self) -> None:
        """Answer one request after the other until either side has enough."""
        try:
            for left in range(self._bounds.requests - 1, -1, -1):
                if not await self._serve_one(may_stay=left > 0):
                    return
        except h11.RemoteProtocolError as error:
            await self._refuse_form(error.error_status_hint)
        except (OSError, TimeoutError):
            return

    async def _serve_one(self, *, may_stay: bool) -> bool:
        """Answer a request; return whether another one may follow."""
        async with asyncio.timeout(self._bounds.head_seconds):
            request = await self._next()
        if not isinstance(request, h11.Request):
            return False
        self.is_asking = True
        try:
            async with asyncio.timeout(self._bounds.body_seconds):
                body, is_whole = await self._read_body()
            is_served = request.method == self._method and request.target.partition(b"?")[0] == self._path
            answer = await self._ask(request, body) if is_served else refuse_path()
            # Without the whole body nobody knows where the next request begins.
            stays = may_stay and is_whole and not self.is_last and self._http.their_state is h11.DONE
            await self._send(answer, closes=not stays, is_head=request.method == b"HEAD")
            if not is_whole:
                await self._let_it_read()
        finally:
            self.is_asking = False
        if not stays or self._http.our_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _let_it_read(self) -> None:
        """Take some more of what it sends: closing on unread bytes takes the answer away from it (RFC 9112 section 9.6)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                for _ in range(_LINGER_READS):
                    if not await self._reader.read(_READ):
                        return

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(await self._reader.read(_READ))
        return event

    async def _read_body(self) -> tuple[bytes, bool]:
        """Return the body and whether it is whole: what is over the limit is not read to its end."""
        body = bytearray()
        while isinstance(event := await self._next(), h11.Data):
            body += event.data
            if len(body) > self._bounds.body:
                return bytes(body), False
        return bytes(body), isinstance(event, h11.EndOfMessage)

    async def _ask(self, request: h11.Request, body: bytes) -> Answer:
        try:
            return await ask(self._application, request, body, self._peer)
        except Exception as defect:  # noqa: BLE001  # the border: whatever it is, the caller gets the error array
            _log.error("unexpected", path=self._path.decode(), exc_info=defect)
            return refuse(Unexpected())

    async def _send(self, answer: Answer, *, closes: bool, is_head: bool = False) -> None:
        for event in answer.events(closes=closes, is_head=is_head):
            await self._write(event)

    async def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")
        async with asyncio.timeout(self._bounds.send_seconds):
            await self._writer.drain()

    async def _refuse_form(self, status: int) -> None:
        """Say that this is no HTTP, if nothing was said yet."""
        try:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                await self._send(refuse_form(status), closes=True)
                await self._let_it_read()
        except (OSError, TimeoutError):
            return
