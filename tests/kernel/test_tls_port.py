"""The port for certificates, within the test: its bounds, and what the application is told."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from authme.kernel.clock import SystemClock
from authme.kernel.errors import NoSuchPath
from authme.kernel.http.client_certificate import SCOPE_KEY
from authme.kernel.tls_port import Bounds, TlsPort, asking_context
from authme.kernel.tls_port import port as port_module
from support.authority_profiles import Brasil
from support.postgres import free_port
from support.tls_port import Answers, Web, apart, connected, is_over, request

PATH = "/here"


@dataclass
class Application:
    """Answers with what it was told; the body `wait` is answered when the test says so."""

    told: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.told.append(dict(scope))
        message = await receive()
        self.bodies.append(message["body"])
        self.is_asked.set()
        if message["body"] == b"wait":
            await self.may_go.wait()
        if message["body"] == b"fail":
            raise ValueError("a defect")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"is":', "more_body": True})
        await send({"type": "http.response.body", "body": b'"here"}'})


@dataclass
class Open:
    """The port while it is open, and who calls it."""

    port: TlsPort
    number: int
    application: Application
    web: Web
    maria: tuple[Path, Path]
    der: bytes

    def trusting(self) -> ssl.SSLContext:
        return self.web.trusting(self.maria)

    def exchange(self, *requests: bytes, answers: int = 1) -> list[tuple[int, Any]]:
        with connected(self.number, self.trusting()) as connection:
            connection.sendall(b"".join(requests))
            reader = Answers(connection)
            return [reader.next() for _ in range(answers)]

    def until_over(self, *parts: bytes, every: float = 0) -> float:
        """Send the parts one by one; return after how many seconds the connection ends."""
        with connected(self.number, self.trusting()) as connection:
            began = time.monotonic()
            with contextlib.suppress(OSError):
                for part in parts:
                    connection.sendall(part)
                    time.sleep(every)
            assert is_over(connection)
            return time.monotonic() - began


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Open]]]:
    opened: list[TlsPort] = []
    clock = SystemClock()
    brasil, web = Brasil.made(clock), Web(tmp_path, clock)
    maria = brasil.person()
    files = maria.write(tmp_path)

    async def make_one(**bounds: Any) -> Open:
        authorities = [one.certificate.public_bytes(Encoding.DER) for one in (brasil.root, brasil.first, brasil.issuing)]
        context = asking_context(web.certificate, web.key, authorities)
        application, number = Application(), free_port()
        port = TlsPort(
            application, "POST", PATH, context=context, host="127.0.0.1", port=number, bounds=Bounds(body=1000, **bounds)
        )
        await port.open()
        opened.append(port)
        return Open(port, number, application, web, files, maria.chain[0])

    yield make_one
    for one in opened:
        await one.close(1)


@pytest.fixture
async def here(make: Any) -> Open:
    found: Open = await make()
    return found


async def test_the_application_is_told_whose_key_was_proved(here: Open):
    sent = request(f"{PATH}?clientId=x", b"{}", "X-Some: thing", "Client-Cert: :AAAA:")

    assert await apart(here.exchange, sent) == [(200, {"is": "here"})]

    scope = here.application.told[0]
    assert scope[SCOPE_KEY] == here.der
    assert (scope["method"], scope["path"], scope["query_string"]) == ("POST", PATH, b"clientId=x")
    assert (scope["scheme"], scope["client"][0]) == ("https", "127.0.0.1")
    assert dict(scope["headers"])[b"x-some"] == b"thing"
    assert here.application.bodies == [b"{}"]


async def test_who_shows_none_is_told_as_nobody(here: Open):
    def exchange() -> tuple[int, Any]:
        with connected(here.number, here.web.trusting()) as connection:
            connection.sendall(request(PATH))
            return Answers(connection).next()

    assert (await apart(exchange))[0] == 200
    assert here.application.told[0][SCOPE_KEY] is None


async def test_a_session_of_before_is_not_gone_on_with(here: Open):
    # Whoever has its secret, which a client keeps for hours, has not the card whose key began it.
    context = here.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    def again(session: ssl.SSLSession | None) -> tuple[bool | None, int]:
        with (
            socket.create_connection(("127.0.0.1", here.number), timeout=15) as opened,
            context.wrap_socket(opened, server_hostname="127.0.0.1", session=session) as shaken,
        ):
            shaken.sendall(request(PATH))
            return shaken.session_reused, Answers(shaken).next()[0]

    def go_on() -> tuple[bool | None, int]:
        # As long as the first one is open nobody has a reason to forget it.
        with connected(here.number, context) as connection:
            connection.sendall(request(PATH))
            assert Answers(connection).next()[0] == 200
            with pytest.raises(ssl.SSLError):
                again(connection.session)
            # It is forgotten here now: who tries again does the whole handshake.
            return again(connection.session)

    assert await apart(go_on) == (False, 200)
    assert len(here.application.told) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("OPTIONS", PATH),
        ("POST", "/"),
        ("POST", f"{PATH}/"),
        ("POST", "/%68ere"),
        ("POST", f"http://x{PATH}"),
        ("BREW", "/"),
    ],
)
async def test_nothing_else_is_served(here: Open, method: str, path: str):
    [(status, body)] = await apart(here.exchange, request(path, method=method))

    assert (status, body) == (404, [{"code": "402", "message": NoSuchPath.message}])
    assert here.application.told == []


async def test_a_head_has_an_answer_without_a_body_and_the_connection_goes_on(here: Open):
    def exchange() -> tuple[bytes, tuple[int, Any]]:
        with connected(here.number, here.trusting()) as connection:
            connection.sendall(request(PATH, b"", method="HEAD"))
            head = connection.recv(65536)
            connection.sendall(request(PATH))
            return head, Answers(connection).next()

    head, following = await apart(exchange)

    assert head.startswith(b"HTTP/1.1 404 ")
    assert head.endswith(b"\r\n\r\n")
    assert following == (200, {"is": "here"})


async def test_requests_that_come_at_once_are_answered_in_order(here: Open):
    sent = [request(PATH, b"1"), request("/other"), request(PATH, b"2"), request(PATH, b"3")]

    found = await apart(lambda: here.exchange(*sent, answers=4))

    assert [status for status, _ in found] == [200, 404, 200, 200]
    assert here.application.bodies == [b"1", b"2", b"3"]


async def test_a_body_in_chunks_is_put_together(here: Open):
    chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    await apart(here.exchange, request(PATH, chunks, "Transfer-Encoding: chunked"))

    assert here.application.bodies == [b"abcde"]


async def test_who_waits_to_be_told_to_go_on_is_told(here: Open):
    def exchange() -> list[int]:
        with connected(here.number, here.trusting()) as connection:
            connection.sendall(request(PATH, b"", "Content-Length: 2", "Expect: 100-continue"))
            reader = Answers(connection)
            first = reader.next()
            connection.sendall(b"{}")
            return [first[0], reader.next()[0]]

    assert await apart(exchange) == [100, 200]


@pytest.mark.parametrize("head", [("Content-Length: 900000",), ("Transfer-Encoding: chunked",)])
async def test_of_a_body_over_the_limit_no_more_is_read_than_the_application_needs_to_refuse_it(here: Open, head: Any):
    body = b"DBBA0\r\n" + b"x" * 0xDBBA0 + b"\r\n0\r\n\r\n" if "chunked" in head[0] else b"x" * 900_000

    def exchange() -> int:
        with connected(here.number, here.trusting()) as connection:
            connection.sendall(request(PATH, body, *head))
            status = Answers(connection).next()[0]
            assert is_over(connection)
            return status

    assert await apart(exchange) == 200
    assert 1000 < len(here.application.bodies[0]) < 40_000


async def test_a_head_over_the_limit_is_refused(here: Open):
    assert (await apart(here.exchange, request(PATH, b"{}", "X-Long: " + "x" * 40_000)))[0][0] == 431
    assert here.application.told == []


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\0\0",
        b"POST /here HTTP/1.1\r\n\r\n",
        b"POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /here HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /here HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /here HTTP/1.1\r\nHost: x\r\nBad\0: x\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused_in_the_form_of_every_other_refusal(here: Open, sent: bytes):
    [(status, body)] = await apart(here.exchange, sent + b"\r\n")

    assert status in {400, 501}
    assert body == [{"code": "102", "message": "The request is not valid."}]
    assert here.application.told == []


async def test_a_defect_is_the_error_array_and_the_port_goes_on(here: Open):
    [(status, body)] = await apart(here.exchange, request(PATH, b"fail"))

    assert (status, body[0]["code"]) == (500, "901")
    assert (await apart(here.exchange, request(PATH)))[0][0] == 200


class TestBounds:
    async def test_a_head_that_comes_slowly_is_cut_off(self, make: Any):
        here = await make(head_seconds=0.4)

        assert 0.3 < await apart(lambda: here.until_over(*[b"P"] * 40, every=0.05)) < 8

    async def test_so_is_a_body(self, make: Any):
        here = await make(body_seconds=0.4)
        head = request(PATH, b"", "Content-Length: 100")

        assert 0.3 < await apart(lambda: here.until_over(head, *[b"x"] * 40, every=0.05)) < 8
        assert here.application.told == []

    async def test_a_connection_on_which_nothing_comes_ends(self, make: Any):
        here = await make(head_seconds=0.3)

        assert await apart(here.until_over) < 8

    async def test_a_connection_ends_after_so_many_requests(self, make: Any):
        here = await make(requests=3)

        def exchange() -> bool:
            with connected(here.number, here.trusting()) as connection:
                reader = Answers(connection)
                for _ in range(3):
                    connection.sendall(request(PATH))
                    assert reader.next()[0] == 200
                return is_over(connection)

        assert await apart(exchange)

    async def test_who_does_not_speak_tls_is_cut_off(self, make: Any, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(port_module, "_HANDSHAKE_SECONDS", 0.3)
        here = await make()

        def silence(sent: bytes) -> bool:
            with socket.create_connection(("127.0.0.1", here.number), timeout=8) as connection:
                connection.sendall(sent)
                with contextlib.suppress(OSError):
                    while connection.recv(100):
                        pass
                return True

        for sent in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x40\x00\x01", b"\0" * 1000):
            assert await apart(silence, sent)
        assert (await apart(here.exchange, request(PATH)))[0][0] == 200

    async def test_no_more_than_so_many_connections_are_open_and_the_others_wait(
        self, make: Any, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(port_module, "_MOST_CONNECTIONS", 2)
        here = await make()
        with contextlib.ExitStack() as held:
            for _ in range(2):
                held.enter_context(await apart(socket.create_connection, ("127.0.0.1", here.number)))
            waiting = asyncio.create_task(apart(here.exchange, request(PATH)))
            await asyncio.wait([waiting], timeout=0.3)
            assert not waiting.done()

        assert (await waiting)[0][0] == 200


class TestStopping:
    async def test_what_is_under_way_is_finished_and_what_is_idle_is_closed(self, here: Open):
        def idle() -> bool:
            with connected(here.number, here.trusting()) as connection:
                return is_over(connection)

        asked = asyncio.create_task(apart(here.exchange, request(PATH, b"wait")))
        waiting = asyncio.create_task(apart(idle))
        async with asyncio.timeout(10):
            await here.application.is_asked.wait()
        await asyncio.wait([waiting], timeout=0.2)
        closing = asyncio.create_task(here.port.close(5))
        assert await waiting
        here.application.may_go.set()

        assert (await asked)[0][0] == 200
        await closing
        with pytest.raises(ConnectionRefusedError):
            await apart(socket.create_connection, ("127.0.0.1", here.number))

    async def test_nobody_is_waited_for_longer_than_that(self, here: Open):
        asked = asyncio.create_task(apart(here.exchange, request(PATH, b"wait")))
        async with asyncio.timeout(10):
            await here.application.is_asked.wait()
        began = time.monotonic()

        await here.port.close(0.2)

        assert time.monotonic() - began < 5
        with pytest.raises((EOFError, OSError)):
            await asked
