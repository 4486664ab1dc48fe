"""A directory that stops, dies or dawdles costs a call its seconds, and nothing beyond."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from authme.legacy.directory import DirectoryFault, Unreachable
from authme.legacy.ldap.directory import LdapRacf
from authme.legacy.model import NewLogon
from support.outside import wait_until
from support.slapd import Slapd, open_ldap
from support.slapd_outside import RacfOutside

SECONDS = 0.4
MARGIN = 0.4
NEW = NewLogon(logon="NEWONE", name=None, document=None, email=None, mobile=None, group=None)
QUESTIONS: dict[str, Callable[[LdapRacf], Awaitable[object]]] = {
    "verify": lambda ldap: ldap.verify("MARIA", "SECRET01"),
    "find": lambda ldap: ldap.find("MARIA"),
    "provision": lambda ldap: ldap.provision(NEW, mark="m1"),
    "set_secret": lambda ldap: ldap.set_secret("MARIA", "SECRET02", mark="m1"),
    "revoke": lambda ldap: ldap.revoke("MARIA"),
}
COMMANDS = {"provision": "ADD", "set_secret": "MODIFY", "revoke": "MODIFY"}


@pytest.fixture
async def maria(own_slapd: Slapd) -> RacfOutside:
    outside = RacfOutside(own_slapd.racf)
    await outside.add_logon("MARIA", "SECRET01")
    return outside


@pytest.mark.usefixtures("maria")
@pytest.mark.parametrize("is_connected", [True, False], ids=["connected", "not connected"])
@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
async def test_a_server_that_stops_answering_takes_no_longer_than_the_seconds(
    own_slapd: Slapd, scheme: str, *, is_connected: bool
):
    url = own_slapd.start_tls_url if scheme == "ldap" else own_slapd.settings().url
    async with open_ldap(own_slapd, url=url, seconds=SECONDS) as ldap:
        if is_connected:
            await asyncio.gather(ldap.find("MARIA"), ldap.verify("MARIA", "SECRET01"))
        own_slapd.freeze()
        for question in QUESTIONS.values():
            assert await _seconds_of(question(ldap)) < SECONDS + MARGIN

        own_slapd.thaw()
        assert await ldap.find("MARIA") is not None


@pytest.mark.usefixtures("maria")
async def test_many_that_wait_in_vain_leave_no_thread_behind(own_slapd: Slapd):
    async with open_ldap(own_slapd, seconds=SECONDS, connections=2) as ldap:
        await ldap.find("MARIA")
        own_slapd.freeze()
        # Those that wait for a thread wait no longer than the others.
        took = await asyncio.gather(*(_seconds_of(ldap.verify("MARIA", "SECRET01")) for _ in range(50)))
        assert max(took) < SECONDS + MARGIN
        own_slapd.thaw()

        assert await ldap.find("MARIA") is not None
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ldap")]


@pytest.mark.usefixtures("maria")
async def test_what_nobody_waits_for_any_more_is_not_begun(own_slapd: Slapd):
    async with open_ldap(own_slapd, connections=1) as ldap:
        held = own_slapd.racf.hold("BIND")
        first = asyncio.create_task(ldap.verify("MARIA", "SECRET01"))
        await asyncio.to_thread(held.reached.wait, 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ldap.revoke("MARIA"), 0.05)
        held.go.set()
        assert await first == "RIGHT"
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"

    assert own_slapd.racf.changes == []


@pytest.mark.usefixtures("maria")
async def test_who_goes_away_leaves_no_thread_behind(own_slapd: Slapd):
    async with open_ldap(own_slapd, seconds=SECONDS, connections=1) as ldap:
        own_slapd.freeze()
        waiting = asyncio.create_task(ldap.find("MARIA"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        own_slapd.thaw()

        await asyncio.sleep(SECONDS)
        assert await ldap.find("MARIA") is not None


@pytest.mark.usefixtures("maria")
async def test_nothing_else_waits_meanwhile(own_slapd: Slapd):
    async with open_ldap(own_slapd, seconds=SECONDS) as ldap:
        own_slapd.freeze()
        waiting = asyncio.create_task(_seconds_of(ldap.find("MARIA")))
        longest = 0.0
        while not waiting.done():
            began = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - began)
        await waiting

    assert longest < SECONDS / 2


@pytest.mark.usefixtures("maria")
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_server_that_is_not_there_is_unreachable(own_slapd: Slapd, question: str):
    async with open_ldap(own_slapd) as ldap:
        own_slapd.kill()
        with pytest.raises(Unreachable, match="no connection"):
            await QUESTIONS[question](ldap)

        own_slapd.start()
        assert await ldap.find("MARIA") is not None


@pytest.mark.usefixtures("maria")
@pytest.mark.parametrize("question", COMMANDS)
async def test_a_server_that_dies_after_the_effect_leaves_it_unknown_and_the_mark_tells(own_slapd: Slapd, question: str):
    async with open_ldap(own_slapd) as ldap:
        held = own_slapd.racf.hold(COMMANDS[question])
        asked = asyncio.ensure_future(QUESTIONS[question](ldap))
        await asyncio.to_thread(held.reached.wait, 5)
        own_slapd.kill()
        with pytest.raises(Unreachable):
            await asked
        held.go.set()

        own_slapd.start()
        entry = await ldap.find("NEWONE" if question == "provision" else "MARIA")
        assert entry is not None
        assert (entry.is_revoked, entry.mark) == ((True, None) if question == "revoke" else (False, "m1"))
    # It was sent once: what has an effect is not repeated by itself.
    assert len(own_slapd.racf.changes) == 1


@pytest.mark.usefixtures("maria")
async def test_a_server_that_dies_while_it_checks_a_password_is_no_verdict(own_slapd: Slapd):
    async with open_ldap(own_slapd) as ldap:
        held = own_slapd.racf.hold("BIND")
        asked = asyncio.ensure_future(ldap.verify("MARIA", "SECRET01"))
        await asyncio.to_thread(held.reached.wait, 5)
        own_slapd.kill()

        with pytest.raises(Unreachable):
            await asked
        held.go.set()


async def test_an_answer_that_comes_too_late_is_nobodys(own_slapd: Slapd, maria: RacfOutside):
    await maria.add_logon("JOANA", "SECRET09")
    async with open_ldap(own_slapd, seconds=SECONDS, connections=1) as ldap:
        assert await ldap.verify("MARIA", "SECRET01") == "RIGHT"
        held = own_slapd.racf.hold("BIND")
        with pytest.raises(Unreachable):
            await ldap.verify("MARIA", "SECRET01")
        held.go.set()

        # The connection on which MARIA was right is not the one on which JOANA is asked.
        assert await ldap.verify("JOANA", "WRONG") == "WRONG"


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize(
    "chunk", [b"\x30", b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\x7f\xff\xff\xff", b"\x00\xff\x16\x03" * 50]
)
async def test_whatever_speaks_there_is_not_waited_for_beyond_the_seconds(slapd: Slapd, scheme: str, chunk: bytes):
    with dawdling(chunk) as port:
        async with open_ldap(slapd, url=f"{scheme}://localhost:{port}", seconds=SECONDS) as ldap:
            assert await _seconds_of(ldap.find("MARIA")) < SECONDS + MARGIN
            assert len(await ldap.check()) == 1


async def test_a_directory_is_closed_while_it_is_asked(own_slapd: Slapd):
    ldap = LdapRacf(own_slapd.settings(), seconds=SECONDS)
    own_slapd.freeze()
    asked = asyncio.create_task(_seconds_of(ldap.find("MARIA")))
    await asyncio.sleep(0.05)

    began = time.monotonic()
    await ldap.close()

    assert time.monotonic() - began < SECONDS + MARGIN
    await asked
    wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("ldap")], "a thread was left")


async def _seconds_of(question: Awaitable[object]) -> float:
    """Return how long it took until it failed."""
    began = time.monotonic()
    with pytest.raises(DirectoryFault):
        await question
    return time.monotonic() - began


@contextmanager
def dawdling(chunk: bytes) -> Iterator[int]:
    """Listen, and send the same again and again, a little at a time; without anything, close at once."""
    is_over = threading.Event()

    def send(taken: socket.socket) -> None:
        with taken, suppress(OSError):
            while chunk and not is_over.wait(0.05):
                taken.sendall(chunk)

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=send, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        is_over.set()
        server.shutdown(socket.SHUT_RDWR)
