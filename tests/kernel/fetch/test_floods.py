"""What costs this server more than the host that sends it: everybody else waits while the library goes through it."""

import asyncio

import pytest

from authme.kernel.fetch import Fetcher, NotFetched, NotTaken
from kernel.fetch.peer import OK, Answer, listening


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(seconds=5, allows_loopback=True)


def bytes_of(*parts: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await writer.drain()

    return answer


def on_and_on(part: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(part)
            await writer.drain()

    return answer


async def test_of_provisional_answers_only_so_many_are_read(fetcher: Fetcher):
    async with listening(on_and_on(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)) as peer:
        with pytest.raises(NotFetched, match="head of its answer is larger"):
            await fetcher.fetch(peer.url(), at_most=100)


async def test_some_of_them_are_passed_over(fetcher: Fetcher):
    async with listening(bytes_of(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 20 + OK + b"\r\n", b"hello")) as peer:
        assert (await fetcher.fetch(peer.url(), at_most=100)).body == b"hello"


async def test_an_answer_in_crumbs_is_not_taken(fetcher: Fetcher):
    crumbs = b"1\r\nx\r\n" * 20_000
    async with listening(bytes_of(OK + b"Transfer-Encoding: chunked\r\n\r\n", crumbs, b"0\r\n\r\n")) as peer:
        with pytest.raises(NotTaken, match="too many pieces"):
            await fetcher.fetch(peer.url(), at_most=1_000_000)


async def test_one_in_pieces_as_servers_make_them_is(fetcher: Fetcher):
    pieces = b"64\r\n" + b"x" * 100 + b"\r\n"
    async with listening(bytes_of(OK + b"Transfer-Encoding: chunked\r\n\r\n", pieces * 5000, b"0\r\n\r\n")) as peer:
        assert len((await fetcher.fetch(peer.url(), at_most=1_000_000)).body) == 500_000


async def test_others_have_their_turn_between_its_pieces(fetcher: Fetcher):
    """That all of it was there at once is no reason to go through all of it at once."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    crumbs = b"1\r\nx\r\n" * 1500 + b"0\r\n\r\n"
    async with listening(bytes_of(OK + b"Transfer-Encoding: chunked\r\n\r\n" + crumbs)) as peer:
        other = asyncio.create_task(take_turns())
        await fetcher.fetch(peer.url(), at_most=10_000)
        other.cancel()

    assert turns > 1500


async def test_what_a_host_says_instead_of_an_answer_is_not_repeated_at_length(fetcher: Fetcher):
    async with listening(bytes_of(b"x" * 10_000 + b"\r\n\r\n")) as peer:
        with pytest.raises(NotFetched) as refusal:
            await fetcher.fetch(peer.url(), at_most=100)

    assert len(str(refusal.value)) < 300
