"""The servers of authorities, asked through the URL guard, and left alone for a while when they do not answer."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

import structlog

from authme.certificates.revocation_words import AuthorityDown, NotLearnt
from authme.kernel.fetch import ANY, Fetcher, NotFetched
from authme.outbox.circuit import Circuit

Result = TypeVar("Result")
_MOST: Final = 1024
_OK: Final = 200
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Address:
    circuit: Circuit = field(default_factory=Circuit)
    under_way: int = 0


class Authorities:
    """Asks what certificates name. What did not answer is left alone for a second, then for longer, up to half a minute."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._addresses: OrderedDict[str, _Address] = OrderedDict()

    async def ask(self, url: str, question: Callable[[], Awaitable[Result]]) -> Result:
        """Return what `question` does, which asks this URL; raise AuthorityDown at once while it is left alone.

        What raises AuthorityDown there begins a pause, every other NotLearnt is about one certificate.
        """
        loop, address = asyncio.get_running_loop(), self._address(url)
        if address.circuit.room(loop.time(), free=1, under_way=address.under_way) <= 0:
            raise AuthorityDown("the authority did not answer a moment ago")
        address.under_way += 1
        try:
            found = await question()
        except AuthorityDown as fault:
            if address.circuit.found_down(loop.time()):
                _log.warning("certificates.authority_down", host=urlsplit(url).hostname, reason=str(fault))
            raise
        except NotLearnt:
            address.circuit.found_up()
            raise
        finally:
            address.under_way -= 1
        if address.circuit.found_up():
            _log.warning("certificates.authority_up", host=urlsplit(url).hostname)
        return found

    async def fetch(self, url: str, *, at_most: int, seconds: float, question: bytes | None = None) -> bytes:
        """Return what a URL holds, or answers to an OCSP question; raise AuthorityDown."""
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"} if question else None
        method = "POST" if question else "GET"
        try:
            # Lists and answers are signed themselves, and are published by plain HTTP (RFC 5280 section 8).
            answer = await self._fetcher.fetch(
                url, at_most=at_most, method=method, headers=headers, body=question, schemes=ANY, seconds=seconds
            )
        except NotFetched as error:
            text = str(error).rstrip(".")
            raise AuthorityDown(f"the authority's server: {text[:1].lower()}{text[1:]}") from error
        if answer.status != _OK:
            raise AuthorityDown(f"the authority's server answers {answer.status}")
        return answer.body

    def _address(self, url: str) -> _Address:
        address = self._addresses.setdefault(url, _Address())
        self._addresses.move_to_end(url)
        if len(self._addresses) > _MOST:
            self._addresses.popitem(last=False)
        return address
