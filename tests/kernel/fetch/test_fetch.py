"""What is sent and what is taken, of a host that may be anybody's."""

import asyncio
import gzip
import time
from pathlib import Path

import pytest

from authme.kernel.fetch import Fetcher, NotFetched, NotTaken
from kernel.fetch.peer import OK, Answer, listening, moved, said


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(seconds=5, allows_loopback=True)


def bytes_of(*parts: bytes, pause: float = 0, again: bool = False) -> Answer:
    """Answer these parts one after the other, the last of them on and on if that is asked for."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while again:
            writer.write(parts[-1])
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


class TestRequests:
    async def test_it_says_no_more_than_it_has_to(self, fetcher: Fetcher):
        async with listening() as peer:
            answer = await fetcher.fetch(peer.url("/a?b=c#d"), at_most=100)

        assert (answer.status, answer.body) == (200, b"hello")
        head = [
            "GET /a?b=c HTTP/1.1", f"Host: 127.0.0.1:{peer.port}", "Accept-Encoding: identity", "Connection: close", "", "",
        ]  # fmt: skip
        assert peer.requests == ["\r\n".join(head).encode()]

    async def test_a_body_and_headers_are_sent_as_they_are_given(self, fetcher: Fetcher):
        async with listening() as peer:
            await fetcher.fetch(peer.url(), at_most=100, method="POST", headers={"Content-Type": "text/x"}, body=b"a=b")

        assert b"POST / HTTP/1.1" in peer.requests[0]
        assert b"Content-Type: text/x" in peer.requests[0]
        assert b"Content-Length: 3" in peer.requests[0]
        assert peer.requests[0].endswith(b"\r\n\r\na=b")

    async def test_a_header_that_is_two_is_not_sent(self, fetcher: Fetcher):
        async with listening() as peer:
            with pytest.raises(NotFetched):
                await fetcher.fetch(peer.url(), at_most=100, headers={"X-One": "a\r\nX-Two: b"})

        assert peer.requests == []

    async def test_no_proxy_of_the_environment_is_used(self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch):
        async with listening() as proxy, listening() as peer:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url())

            assert (await fetcher.fetch(peer.url(), at_most=100)).status == 200

        assert (proxy.connections, peer.connections) == (0, 1)

    async def test_no_cookie_is_kept(self, fetcher: Fetcher):
        async with listening(said(OK + b"Set-Cookie: a=b; Path=/\r\n")) as peer:
            peer.answers["/moved"] = moved("/")
            for path in ("/", "/", "/moved"):
                await fetcher.fetch(peer.url(path), at_most=100)

        assert not any(b"cookie" in request.lower() for request in peer.requests)

    async def test_no_password_of_a_file_is_used(self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        async with listening() as peer:
            await fetcher.fetch(peer.url(), at_most=100)

        assert b"Authorization" not in peer.requests[0]


class TestRedirects:
    async def test_within_the_host_three_are_followed(self, fetcher: Fetcher):
        async with listening() as peer:
            peer.answers |= {"/1": moved("/2", 301), "/2": moved("3", 307), "/3": moved(peer.url("/4"), 308)}

            assert (await fetcher.fetch(peer.url("/1"), at_most=100)).body == b"hello"

        assert len(peer.requests) == 4

    async def test_a_loop_and_a_fourth_are_not(self, fetcher: Fetcher):
        async with listening(moved("/")) as peer:
            with pytest.raises(NotFetched, match="on and on"):
                await fetcher.fetch(peer.url(), at_most=100)

        assert peer.connections == 4

    async def test_to_another_host_port_or_scheme_none_is(self, fetcher: Fetcher):
        async with listening() as peer, listening() as other:
            for to in (
                other.url(), peer.url(host="localhost"), peer.url(host="127.0.0.2"), f"//127.0.0.1:{other.port}/",
                f"https://127.0.0.1:{peer.port}/", "https://example.com/", "//10.0.0.1/", "http://169.254.169.254/latest/meta-data",
                peer.url().replace("127.0.0.1", "[::ffff:127.0.0.1]"),
            ):  # fmt: skip
                peer.answers["/moved"] = moved(to)
                with pytest.raises(NotFetched, match="elsewhere"):
                    await fetcher.fetch(peer.url("/moved"), at_most=100)

        assert other.connections == 0

    async def test_to_what_is_no_place_none_is(self, fetcher: Fetcher):
        async with listening() as peer:
            for to in ("file:///etc/passwd", "javascript:alert(1)", "http://user:word@127.0.0.1/", "http://[::1", "\\\\a\\b"):
                peer.answers["/moved"] = moved(to)
                with pytest.raises(NotFetched):
                    await fetcher.fetch(peer.url("/moved"), at_most=100)

        assert all(b"GET /moved" in request for request in peer.requests)

    async def test_what_is_sent_with_a_body_is_sent_to_one_place(self, fetcher: Fetcher):
        async with listening(moved("/other", 307)) as peer:
            answer = await fetcher.fetch(peer.url(), at_most=100, method="POST", body=b"secret=1")

        assert (answer.status, peer.connections) == (307, 1)


class TestBodies:
    async def test_one_as_large_as_allowed_is_taken_and_a_larger_one_is_not(self, fetcher: Fetcher):
        async with listening(said(OK, b"x" * 1000)) as peer:
            assert len((await fetcher.fetch(peer.url(), at_most=1000)).body) == 1000
            with pytest.raises(NotFetched, match="larger than 999 bytes"):
                await fetcher.fetch(peer.url(), at_most=999)

    @pytest.mark.parametrize(
        "head",
        [b"Transfer-Encoding: chunked\r\n\r\n", b"\r\n", b"Content-Length: 99999999999999\r\n\r\n"],
        ids=["chunked", "open", "long"],
    )
    async def test_one_that_does_not_end_is_broken_off(self, fetcher: Fetcher, head: bytes):
        part = b"10000\r\n" + b"x" * 65536 + b"\r\n" if b"chunked" in head else b"x" * 65536
        async with listening(bytes_of(OK + head, part, again=True)) as peer:
            with pytest.raises(NotFetched, match="larger"):
                await fetcher.fetch(peer.url(), at_most=100_000)

    @pytest.mark.parametrize("encoding", [b"gzip", b"GZIP", b"br", b"deflate", b"gzip, identity", b"x"])
    async def test_a_packed_one_is_not_unpacked(self, fetcher: Fetcher, encoding: bytes):
        bomb = gzip.compress(b"\0" * 10_000_000)
        async with listening(said(OK + b"Content-Encoding: " + encoding + b"\r\n", bomb)) as peer:
            with pytest.raises(NotFetched, match="packed"):
                await fetcher.fetch(peer.url(), at_most=100_000)

    async def test_one_that_is_shorter_than_said_is_not_taken(self, fetcher: Fetcher):
        async with listening(bytes_of(OK + b"Content-Length: 10\r\n\r\nx")) as peer:
            with pytest.raises(NotFetched, match="cannot be asked"):
                await fetcher.fetch(peer.url(), at_most=100)

    async def test_one_with_a_status_of_failure_is_taken_with_it(self, fetcher: Fetcher):
        async with listening(said(b"HTTP/1.1 500 No\r\n", b"sorry")) as peer:
            answer = await fetcher.fetch(peer.url(), at_most=100)

        assert (answer.status, answer.body) == (500, b"sorry")


class TestHeads:
    async def test_names_of_headers_are_small(self, fetcher: Fetcher):
        async with listening(said(OK + b"ETag: A\r\n")) as peer:
            assert (await fetcher.fetch(peer.url(), at_most=100)).headers["etag"] == "A"

    @pytest.mark.parametrize(
        "parts",
        [
            (b"nonsense\r\n\r\n",),
            (b"SSH-2.0-OpenSSH\r\n",),
            (b"",),
            (OK + b"no colon\r\n\r\n",),
            (OK + b"A: b\r\n c: d\0\r\n\r\n",),
            (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",),
            (OK + b"Content-Length: -1\r\n\r\n",),
            (OK + b"Content-Length: x\r\n\r\n",),
            (b"HTTP/1.1 99999 OK\r\n\r\n",),
            (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",),
            (OK, b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n"),
            (OK, *[b"X-%d: y\r\n" % number for number in range(20_000)], b"\r\n"),
        ],
        ids=[
            "nonsense", "ssh", "nothing", "no-colon", "nul", "two-lengths", "negative", "no-number", "status", "no-chunk",
            "long-header", "many-headers",
        ],
    )  # fmt: skip
    async def test_one_that_is_none_is_refused(self, fetcher: Fetcher, parts: tuple[bytes, ...]):
        async with listening(bytes_of(*parts)) as peer:
            with pytest.raises(NotFetched, match="cannot be asked"):
                await fetcher.fetch(peer.url(), at_most=100)

    async def test_of_headers_that_do_not_end_only_so_many_are_read(self, fetcher: Fetcher):
        async with listening(bytes_of(OK, b"X-Y: " + b"z" * 1000 + b"\r\n", again=True)) as peer:
            with pytest.raises(NotFetched, match="cannot be asked"):
                await fetcher.fetch(peer.url(), at_most=100)


async def test_an_answer_that_is_not_taken_is_told_from_none(fetcher: Fetcher):
    async with listening(said(OK, b"x" * 1000)) as peer:
        peer.answers |= {"/away": moved("https://example.com/"), "/packed": said(OK + b"Content-Encoding: br\r\n", b"x")}
        for path in ("/", "/away", "/packed"):
            with pytest.raises(NotTaken):
                await fetcher.fetch(peer.url(path), at_most=999)
    with pytest.raises(NotFetched) as refusal:
        await fetcher.fetch(peer.url(), at_most=999)
    assert not isinstance(refusal.value, NotTaken)


class TestTime:
    @pytest.mark.parametrize(
        "answer",
        [
            bytes_of(b"", pause=60),
            bytes_of(b"H", b"T", b"T", b"P", pause=60),
            bytes_of(OK, b"X: y\r\n", pause=0.05, again=True),
            bytes_of(OK + b"Content-Length: 100000\r\n\r\n", b"x", pause=0.05, again=True),
            bytes_of(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", pause=0.05, again=True),
            bytes_of(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05, again=True),
        ],
        ids=["silent", "first-line", "headers", "body", "chunks", "continue"],
    )
    async def test_the_whole_answer_has_to_be_there_in_time(self, answer: Answer):
        async with listening(answer) as peer:
            began = time.monotonic()
            with pytest.raises(NotFetched, match="in time"):
                await Fetcher(seconds=0.3, allows_loopback=True).fetch(peer.url(), at_most=1_000_000)

        assert time.monotonic() - began < 3

    async def test_redirects_and_look_up_are_within_it(self):
        async def slow(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.2)
            await moved("/")(writer)

        async def never(_host: str, _port: int) -> list[str]:
            await asyncio.sleep(60)
            return []

        async with listening(slow) as peer:
            with pytest.raises(NotFetched, match="in time"):
                await Fetcher(seconds=0.3, allows_loopback=True).fetch(peer.url(), at_most=100)
        with pytest.raises(NotFetched, match="in time"):
            await Fetcher(seconds=0.1, resolve=never).fetch("https://example.com", at_most=100)

    async def test_one_request_may_have_less_of_it(self, fetcher: Fetcher):
        async with listening(bytes_of(b"", pause=60)) as peer:
            with pytest.raises(NotFetched, match="in time"):
                await fetcher.fetch(peer.url(), at_most=100, seconds=0.1)

    async def test_nothing_stays_open_afterwards(self, fetcher: Fetcher):
        closed = asyncio.Event()

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(OK + b"Content-Length: 1000000\r\n\r\n")
            while not writer.transport.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.01)
            closed.set()

        async with listening(answer) as peer:
            with pytest.raises(NotFetched):
                await fetcher.fetch(peer.url(), at_most=100, seconds=0.1)
            await asyncio.wait_for(closed.wait(), 3)


async def test_a_port_where_nobody_listens_is_said_so(fetcher: Fetcher):
    async with listening() as peer:
        pass

    with pytest.raises(NotFetched, match="cannot be asked"):
        await fetcher.fetch(peer.url(), at_most=100)
