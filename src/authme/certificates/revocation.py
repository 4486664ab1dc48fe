"""Whether the certificates of a path are revoked, as their authorities say by OCSP and by lists."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Final, Literal

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from authme.certificates import ocsp
from authme.certificates.crl import LARGEST, RevocationList, read_list
from authme.certificates.model import NotAccepted
from authme.certificates.revocation_authorities import Authorities
from authme.certificates.revocation_memory import Learnt, Memory
from authme.certificates.revocation_pointers import ListPointer, read_pointers
from authme.certificates.revocation_words import AuthorityDown, NotLearnt
from authme.kernel.clock import Clock
from authme.kernel.fetch import Fetcher

_LIST_SECONDS: Final = 60.0
"""For how long a list is fetched, beyond whoever waits for it: the next login has it then."""
_AGAIN_SECONDS: Final = 10
"""For how long a list that is out of date is not fetched again."""
_ANSWER_BYTES: Final = 512
_Way = Callable[[float], Awaitable[bool]]
_log = structlog.get_logger(__name__)


class Revocation:
    """Asks the authorities of certificates whose chain and signatures were checked before.

    `hard`: what cannot be learnt is refused; `soft`: it is accepted, and logged; `off`: nobody is asked. `seconds` is what a
    check takes at most. What was learnt is kept until it ends, at most for a day, in this process.
    """

    def __init__(self, fetcher: Fetcher, clock: Clock, mode: Literal["hard", "soft", "off"], seconds: float) -> None:
        self._authorities = Authorities(fetcher)
        self._clock = clock
        self._mode = mode
        self._seconds = seconds
        self._answers: Memory[bool] = Memory(clock, most=10_000, most_bytes=10_000 * _ANSWER_BYTES)
        self._lists: Memory[RevocationList] = Memory(clock, most=256, most_bytes=128 << 20)

    async def check(self, path: Sequence[x509.Certificate]) -> None:
        """Raise NotAccepted if a certificate of the path (the leaf first, the root last) is revoked, or that cannot be learnt.

        All but the root are asked about, at the same time. Whatever the mode, what an authority called revoked is refused.
        """
        if self._mode == "off":
            return
        until = asyncio.get_running_loop().time() + self._seconds
        tasks = [
            asyncio.create_task(self._check_one(certificate, issuer, until, whose=_whose(position)))
            for position, (certificate, issuer) in enumerate(pairwise(path))
        ]
        if not tasks:
            return
        try:
            # A certificate that is revoked ends it, before others are known.
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
        results = [task.exception() or task.result() for task in tasks if task in done]
        for result in results:
            if isinstance(result, BaseException):
                raise result
        self._judge([result for result in results if result is not None])

    def _judge(self, unknown: Sequence[str | BaseException]) -> None:
        for reason in unknown:
            if self._mode == "hard":
                raise NotAccepted(str(reason))
            _log.warning("certificates.state_unknown", reason=str(reason))

    async def _check_one(
        self, certificate: x509.Certificate, issuer: x509.Certificate, until: float, *, whose: str
    ) -> str | None:
        """Return why nothing is known; raise NotAccepted for what is revoked."""
        try:
            is_revoked = await self._ask(certificate, issuer, until)
        except NotLearnt as reason:
            if not self._was_revoked(certificate, issuer):
                return f"whether {whose} is revoked cannot be learnt: {reason}"
            is_revoked = True
        if is_revoked:
            raise NotAccepted(f"{whose} is revoked")
        return None

    async def _ask(self, certificate: x509.Certificate, issuer: x509.Certificate, until: float) -> bool:
        pointers = read_pointers(certificate)
        ways = [self._by_answer(certificate, issuer, url) for url in pointers.responders]
        ways += [self._by_list(certificate, issuer, pointer) for pointer in pointers.lists]
        return await _first(ways, until)

    def _by_answer(self, certificate: x509.Certificate, issuer: x509.Certificate, url: str) -> _Way:
        async def learn() -> Learnt[bool]:
            answer = await self._authorities.ask(url, ask)
            if answer.responder is not None:
                await self._check_responder(answer.responder, issuer)
            return Learnt(answer.is_revoked, answer.ends_at or 0, _ANSWER_BYTES)

        async def ask() -> ocsp.OcspAnswer:
            question = ocsp.ask_about(certificate, issuer)
            found = await self._authorities.fetch(url, at_most=ocsp.LARGEST, seconds=self._seconds, question=question)
            return ocsp.read_answer(found, certificate, issuer, self._clock.now())

        return lambda seconds: self._answers.get(_answer_key(certificate, issuer, url), learn, seconds=seconds)

    async def _check_responder(self, responder: x509.Certificate, issuer: x509.Certificate) -> None:
        """Check by its authority's lists whom it lets answer (RFC 6960 section 4.2.2.2.1).

        One that names no list is taken as it is: it is replaced within a short time.
        """
        ways = [self._by_list(responder, issuer, pointer) for pointer in read_pointers(responder).lists]
        until = asyncio.get_running_loop().time() + self._seconds
        if ways and await _first(ways, until):
            raise NotLearnt("the responder's own certificate is revoked")

    def _by_list(self, certificate: x509.Certificate, issuer: x509.Certificate, pointer: ListPointer) -> _Way:
        async def learn() -> Learnt[RevocationList]:
            found = await self._authorities.ask(pointer.url, fetch)
            until = max(found.ends_at, self._clock.now() + _AGAIN_SECONDS)
            return Learnt(found, until, found.serials.size())

        async def fetch() -> RevocationList:
            body = await self._authorities.fetch(pointer.url, at_most=LARGEST, seconds=_LIST_SECONDS)
            try:
                return await asyncio.to_thread(read_list, body, issuer)
            except NotLearnt as reason:
                raise AuthorityDown(str(reason)) from reason

        async def way(seconds: float) -> bool:
            found = await self._lists.get(_list_key(issuer, pointer), learn, seconds=seconds)
            return found.is_revoked(certificate, pointer, self._clock.now())

        return way

    def _was_revoked(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Whether an answer or a list that is over by now called it revoked: an authority that is silent does not undo that."""
        try:
            pointers = read_pointers(certificate)
        except NotLearnt:
            return False
        if any(self._answers.last(_answer_key(certificate, issuer, url)) for url in pointers.responders):
            return True
        lists = [self._lists.last(_list_key(issuer, pointer)) for pointer in pointers.lists]
        return any(certificate.serial_number in one.serials for one in lists if one is not None)


async def _first(ways: Sequence[_Way], until: float) -> bool:
    """Ask one after the other until one knows; each gets its share of the time that is left."""
    failures: list[str] = []
    for position, way in enumerate(ways):
        left = until - asyncio.get_running_loop().time()
        try:
            return await way(left / (len(ways) - position))
        except NotLearnt as failure:
            failures.append(str(failure))
    raise NotLearnt("; ".join(dict.fromkeys(failures)) or "it names no server of its authority that could be asked")


def _whose(position: int) -> str:
    return "the certificate" if position == 0 else "the certificate of an authority above it"


def _answer_key(certificate: x509.Certificate, issuer: x509.Certificate, url: str) -> tuple[bytes, int, str]:
    return (issuer.fingerprint(SHA256()), certificate.serial_number, url)


def _list_key(issuer: x509.Certificate, pointer: ListPointer) -> tuple[bytes, str]:
    return (issuer.fingerprint(SHA256()), pointer.url)
