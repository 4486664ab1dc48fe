"""Fetch what a URL names, at the address that was checked."""

import asyncio
import ipaddress
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import httpcore

from authme.kernel.fetch.guard import NOT_ASKED, NotFetched, NotTaken, Target, is_address, is_public, is_this_machine, read_url
from authme.kernel.fetch.pinned import Pinned
from authme.kernel.fetch.resolve import Resolve, Resolver

__all__ = ["ANY", "HTTPS", "Fetched", "Fetcher", "NotFetched", "NotTaken"]

HTTPS: Final = frozenset({"https"})
ANY: Final = frozenset({"https", "http"})
"""For what is signed itself and published by plain HTTP: lists of revoked certificates (RFC 5280 section 8)."""
_REDIRECTS: Final = 3
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_MOST_ADDRESSES: Final = 3
"""As many of a host are tried."""
_SMALL: Final = 64
"""Bytes of a piece of an answer."""
_SMALL_PIECES: Final = 2000
"""As many may be smaller."""
_LONGEST_REASON: Final = 200


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


class Fetcher:
    """Fetches within bounds. `seconds` is the time for everything together: look-up, connection, redirects and body.

    Only `allows_loopback`, which is for development and tests, lets it ask this machine, also by plain HTTP. It knows no proxy
    and no cookie: nothing but the URL says who is asked, and nothing of one answer goes into the next request.
    """

    def __init__(
        self, *, seconds: float, ca_file: Path | None = None, allows_loopback: bool = False, resolve: Resolve | None = None
    ) -> None:
        self._seconds = seconds
        self._resolve = resolve or Resolver()
        self._allows_loopback = allows_loopback
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    @property
    def allows_loopback(self) -> bool:
        """Whether it asks this machine, also by plain HTTP: in development."""
        return self._allows_loopback

    def check(self, url: str) -> None:
        """Raise NotFetched for a URL that `fetch` would refuse by its text, asking nobody."""
        target = read_url(url, ANY if self._allows_loopback else HTTPS)
        if target.scheme not in HTTPS and not is_this_machine(target.host):
            raise NotFetched("Plain HTTP is for this machine alone.")

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
            # It may repeat what the host said.
            reason = (str(error) or type(error).__name__)[:_LONGEST_REASON]
            raise NotFetched(f"The host cannot be asked: {reason}.") from error

    async def _follow(self, url: str, sent: _Sent, schemes: Collection[str]) -> Fetched:
        known = ANY if self._allows_loopback else schemes
        target = read_url(url, known)
        for _ in range(_REDIRECTS + 1):
            addresses = await self._addresses_of(target)
            if target.scheme not in schemes and not all(ipaddress.ip_address(one).is_loopback for one in addresses):
                raise NotFetched("Plain HTTP is for this machine alone.")
            answer = await self._ask(target, addresses, sent)
            if answer.status not in _MOVED or sent.method != "GET":
                return answer
            url = _joined(url, answer.headers.get("location", ""))
            moved = read_url(url, known)
            if moved.origin != target.origin:
                raise NotTaken("The host sends elsewhere, which is not followed.")
            target = moved
        raise NotTaken("The host sends on and on.")

    async def _addresses_of(self, target: Target) -> Sequence[str]:
        """Return the first addresses of the host; every one that it has must be public."""
        addresses = await self._resolve(target.host, target.port)
        if not addresses or not all(is_public(one, allows_loopback=self._allows_loopback) for one in addresses):
            raise NotFetched("The host's address is not a public one." if is_address(target.host) else NOT_ASKED)
        return addresses[:_MOST_ADDRESSES]

    async def _ask(self, target: Target, addresses: Sequence[str], sent: _Sent) -> Fetched:
        given = [("Host", target.authority), ("Accept-Encoding", "identity"), ("Connection", "close"), *sent.headers]
        if sent.body is not None:
            given.append(("Content-Length", str(len(sent.body))))
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        tls = await self._context() if target.scheme == "https" else None
        network = Pinned(addresses)
        async with (
            httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=network) as pool,
            pool.stream(sent.method, url, headers=given, content=sent.body) as answer,
        ):
            network.begin_body()
            body = await _read_body(answer, sent.at_most)
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            if found.get("content-encoding", "identity").lower() != "identity":
                # Nobody asked for it, and what it unpacks to may be of any size.
                raise NotTaken("The answer is packed, which was not asked for.")
            return Fetched(answer.status, found, body)

    async def _context(self) -> ssl.SSLContext:
        """Return what connections are checked by, made when it is first needed: in a thread, for authorities are many."""
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context, cafile=self._ca_file)
        return self._tls


async def _read_body(answer: httpcore.Response, at_most: int) -> bytes:
    received, pieces = bytearray(), 0
    async for piece in answer.aiter_stream():
        received += piece
        pieces += 1
        if len(received) > at_most:
            raise NotTaken(f"The answer is larger than {at_most} bytes.")
        # A piece costs as much as it is small: a megabyte in chunks of one byte would take minutes.
        if pieces > _SMALL_PIECES + len(received) // _SMALL:
            raise NotTaken("The answer comes in too many pieces.")
        # What was read at once may be many of them, and others want a turn.
        await asyncio.sleep(0)
    return bytes(received)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise NotTaken("The host sends to what is no URL.") from error
