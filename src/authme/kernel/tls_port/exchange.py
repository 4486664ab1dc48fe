"""One request and its answer, between h11 and an ASGI application."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Final

import h11
import msgspec

from authme.kernel.errors import BadInput, NoSuchPath, Refusal
from authme.kernel.http.client_certificate import SCOPE_KEY

Message = MutableMapping[str, Any]
Application = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
_ALWAYS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, and what it proved."""

    address: tuple[str, int]
    certificate: bytes | None
    """DER."""


@dataclass(slots=True)
class Answer:
    """What is sent back."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] | None = None
    body: bytes = b""

    def events(self, *, closes: bool, is_head: bool = False) -> Iterable[h11.Event]:
        """Return it for h11; to HEAD without the body, whose length is said all the same (RFC 9110 section 9.3.2)."""
        length = (b"content-length", str(len(self.body)).encode())
        given = [(name, value) for name, value in self.headers or () if name.lower() not in {b"content-length", b"connection"}]
        kept = [*given, (b"date", formatdate(usegmt=True).encode())]
        if self.status not in {204, 304}:
            kept.append(length)
        if closes:
            kept.append((b"connection", b"close"))
        yield h11.Response(status_code=self.status, headers=kept)
        if self.body and not is_head:
            yield h11.Data(data=self.body)
        yield h11.EndOfMessage()


async def ask(application: Application, request: h11.Request, body: bytes, peer: Peer) -> Answer:
    """Return what the application answers; `body` is the whole one, or more of it than the application takes."""
    given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    answer = Answer()

    async def receive() -> Message:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], [(bytes(n), bytes(v)) for n, v in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    await application(_scope(request, peer), receive, send)
    return answer


def refuse(refusal: Refusal) -> Answer:
    """Return a refusal in the form of every other one."""
    headers = [(b"content-type", b"application/json"), *_ALWAYS]
    return Answer(refusal.status, headers, msgspec.json.encode(refusal.items))


def refuse_path() -> Answer:
    """Return the answer to whatever is not served here."""
    return refuse(NoSuchPath())


def refuse_form(status: int) -> Answer:
    """Return the answer to what is no HTTP, with the status that its reader suggests."""
    answer = refuse(BadInput())
    answer.status = status
    return answer


def _scope(request: h11.Request, peer: Peer) -> Message:
    path, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": request.http_version.decode("ascii"),
        "method": request.method.decode("ascii"),
        "scheme": "https",
        "path": path.decode("ascii"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(bytes(name), bytes(value)) for name, value in request.headers],
        "client": peer.address,
        "server": None,
        SCOPE_KEY: peer.certificate,
    }
