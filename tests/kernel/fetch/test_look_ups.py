"""Names are looked up without one that takes long keeping the others waiting."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from authme.kernel.fetch import NotFetched
from authme.kernel.fetch.resolve import Resolver

SLOW = "slow.example.com"
MANY = 100


class Names:
    """The system's look-up: it answers nothing for names that begin so until it may."""

    def __init__(self) -> None:
        self.may_answer = Event()
        self.asked: Counter[str] = Counter()

    def __call__(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked[host] += 1
        if host.endswith(SLOW):
            self.may_answer.wait(10)
        if host == "nobody.example.com":
            raise socket.gaierror("no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    at = Names()
    monkeypatch.setattr(socket, "getaddrinfo", at)
    yield at
    at.may_answer.set()


async def given_up(resolver: Resolver, *hosts: str) -> list[asyncio.Task[Any]]:
    """Have somebody ask for each, who gives up."""
    tasks = [asyncio.ensure_future(resolver(host, 443)) for host in hosts]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return tasks


async def test_all_who_want_one_name_wait_for_one_look_up(names: Names):
    resolver = Resolver()
    waiting = [asyncio.ensure_future(resolver(SLOW, 443)) for _ in range(MANY)]
    await asyncio.sleep(0)

    assert await asyncio.wait_for(resolver("quick.example.com", 443), 5) == ["192.0.2.1"]

    names.may_answer.set()
    assert await asyncio.gather(*waiting) == [["192.0.2.1"]] * MANY
    assert names.asked == {SLOW: 1, "quick.example.com": 1}


async def test_whoever_gives_up_does_not_begin_it_anew_nor_take_it_from_others(names: Names):
    resolver = Resolver()
    staying = asyncio.ensure_future(resolver(SLOW, 443))

    for _ in range(MANY):
        await given_up(resolver, SLOW)
    assert await asyncio.wait_for(resolver("quick.example.com", 443), 5) == ["192.0.2.1"]

    names.may_answer.set()
    assert await staying == ["192.0.2.1"]
    assert names.asked[SLOW] == 1


async def test_what_nobody_waits_for_any_more_is_not_begun(names: Names):
    resolver = Resolver()

    await given_up(resolver, *(f"{number}.{SLOW}" for number in range(MANY)))

    names.may_answer.set()
    assert await asyncio.wait_for(resolver("quick.example.com", 443), 5) == ["192.0.2.1"]
    assert len(names.asked) < MANY


async def test_each_time_it_is_looked_up_anew_and_a_failure_is_not_kept(names: Names):
    resolver = Resolver()

    for _ in range(2):
        assert await resolver("quick.example.com", 443) == ["192.0.2.1"]
        with pytest.raises(NotFetched, match="not known"):
            await resolver("nobody.example.com", 443)

    assert names.asked == {"quick.example.com": 2, "nobody.example.com": 2}
