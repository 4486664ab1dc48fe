"""Fetch what a URL names, at the address that was checked."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import httpcore

from authme.kernel.fetch.guard import NotFetched, Target, is_public, read_url

__all__ = ["ANY", "HTTPS", "Fetched", "Fetcher", "NotFetched"]

HTTPS: Final = frozenset({"https"})
ANY: Final = frozenset({"https", "http"})
"""For what is signed itself and published by plain HTTP: lists of revoked certificates (RFC 5280 section 8)."""
_REDIRECTS: Final = 3
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class _Sent:
    """What is sent, wherever a redirect leads."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    at_most: int


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked: the name is not looked up again, which might then say another one."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002  # the name stands for the address
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await self._backend.connect_tcp(self._address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class Fetcher:
    """Fetches within bounds. `seconds` is the time for everything together: look-up, connection, redirects and body.

    Only `allows_loopback`, which is for development and tests, lets it ask this machine, also by plain HTTP.
    """

    def __init__(self, *, seconds: float, ca_file: Path | None = None, allows_loopback: bool = False) -> None:
        self._seconds = seconds
        self._allows_loopback = allows_loopback
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    async def fetch(
        self,
        url: str,
        *,
        at_most: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        schemes: Collection[str] = HTTPS,
        seconds: float | None = None,
    ) -> Fetched:
        """Return the answer, whatever its status, with a body of up to `at_most` bytes; raise NotFetched.

        A redirect is followed for a GET, three times, and never to another host, port or scheme.
        """
        sent = _Sent(method, tuple((headers or {}).items()), body, at_most)
        try:
            async with asyncio.timeout(seconds or self._seconds):
                return await self._follow(url, sent, schemes)
        except TimeoutError as error:
            raise NotFetched("There was no whole answer in time.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise NotFetched(f"The host cannot be asked: {str(error) or type(error).__name__}.") from error

    async def _follow(self, url: str, sent: _Sent, schemes: Collection[str]) -> Fetched:
        known = ANY if self._allows_loopback else schemes
        target = read_url(url, known)
        for _ in range(_REDIRECTS + 1):
            address = await self._resolve(target)
            if target.scheme not in schemes and not ipaddress.ip_address(address).is_loopback:
                raise NotFetched("Plain HTTP is for this machine alone.")
            answer = await self._ask(target, address, sent)
            if answer.status not in _MOVED or sent.method != "GET":
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            moved = read_url(url, known)
            if moved.origin != target.origin:
                raise NotFetched("The host sends elsewhere, which is not followed.")
            target = moved
        raise NotFetched("The host sends on and on.")

    async def _resolve(self, target: Target) -> str:
        """Return the first address of the host; every one that it has must be public."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotFetched("The host is not known.") from error
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(is_public(one, allows_loopback=self._allows_loopback) for one in addresses):
            raise NotFetched("The host's address is not a public one.")
        return addresses[0]

    async def _ask(self, target: Target, address: str, sent: _Sent) -> Fetched:
        given = [("Host", target.authority), ("Accept-Encoding", "identity"), ("Connection", "close"), *sent.headers]
        if sent.body is not None:
            given.append(("Content-Length", str(len(sent.body))))
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._context(), network_backend=_Pinned(address)) as pool,
            pool.stream(sent.method, url, headers=given, content=sent.body) as answer,
        ):
            received = bytearray()
            async for part in answer.aiter_stream():
                received += part
                if len(received) > sent.at_most:
                    raise NotFetched(f"The answer is larger than {sent.at_most} bytes.")
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            return Fetched(answer.status, found, bytes(received))

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context(cafile=self._ca_file)
        return self._tls
