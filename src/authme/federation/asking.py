"""Ask providers, each host for a bounded time, and not at all while it is known to be down."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from authme.kernel.errors import Unavailable
from authme.kernel.fetch import Fetched, Fetcher, NotFetched, NotTaken
from authme.outbox.circuit import Circuit

MESSAGE: Final = "The identity provider does not answer."
MOST_BYTES: Final = 256 * 1024
_MOST_HOSTS: Final = 256
_MOST_TOGETHER: Final = 64
_TOO_MANY: Final = 429
_SERVER_ERRORS: Final = 500
_log = structlog.get_logger(__name__)


class _Host:
    """What is known of one host."""

    def __init__(self) -> None:
        self.circuit = Circuit()
        self.under_way = 0


class Asker:
    """Asks hosts by the URL guard.

    One that did not answer is left alone for some seconds, longer each time; then one question tries it, and the others are
    refused at once. An error that it answers is one caller's, and costs the others nothing. Everything that is no answer raises
    Unavailable (902) with when to come back.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def ask(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Fetched:
        """Return the answer, whose status is below 500."""
        host, now = self._host(url), asyncio.get_running_loop().time
        if host.circuit.room(now(), free=_MOST_TOGETHER - host.under_way, under_way=host.under_way) <= 0:
            raise _unavailable(host.circuit.pause_left(now()))
        host.under_way += 1
        try:
            answer = await self._fetcher.fetch(url, at_most=MOST_BYTES, method=method, headers=headers, body=body)
        except NotTaken as fault:
            # The host is up. Whoever manages a provider names what is asked, on anybody's host: what is too large there, or
            # leads elsewhere, must not stop the logins of those whose provider that host is.
            host.circuit.found_up()
            _log.warning("federation.not_taken", url=url, reason=str(fault))
            raise Unavailable(MESSAGE, retry_after=1) from fault
        except NotFetched as fault:
            if host.circuit.found_down(now()):
                _log.warning("federation.down", host=urlsplit(url).netloc, reason=str(fault))
            raise _unavailable(host.circuit.pause_left(now())) from fault
        finally:
            host.under_way -= 1
        if host.circuit.found_up():
            _log.warning("federation.up", host=urlsplit(url).netloc)
        if answer.status >= _SERVER_ERRORS or answer.status == _TOO_MANY:
            raise Unavailable(MESSAGE, retry_after=1)
        return answer

    def _host(self, url: str) -> _Host:
        name = urlsplit(url).netloc.lower()
        found: Any = self._hosts.pop(name, None) or _Host()
        self._hosts[name] = found
        if len(self._hosts) > _MOST_HOSTS:
            self._hosts.popitem(last=False)
        return found  # type: ignore[no-any-return]  # what is popped is a host or None


def _unavailable(seconds: float) -> Unavailable:
    return Unavailable(MESSAGE, retry_after=max(1, math.ceil(seconds)))
