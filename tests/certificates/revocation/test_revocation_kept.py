"""What was learnt is kept, asked for once, and an authority that is silent is left alone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from cryptography import x509

from authme.certificates.model import NotAccepted
from authme.certificates.revocation_memory import Learnt, Memory
from authme.certificates.revocation_words import NotLearnt
from authme.kernel.clock import FakeClock
from support.revocation_server import HOUR, REVOKED, crl_of, ocsp_of
from support.revocation_world import Later, World

DAY = timedelta(days=1)


async def test_lists_and_answers_are_asked_for_once(world: World):
    revocation = world.revocation()
    world.server.put("/ocsp", ocsp_of(world.authority, world.person))

    for _ in range(3):
        await world.check(revocation)

    assert dict(world.server.asked) == {"/ocsp": 1, "/root.crl": 1}


async def test_one_list_serves_all_certificates_of_its_authority(world: World):
    revocation = world.revocation()
    world.only_lists()
    revoked = world.person_with()
    world.server.put("/issuer.crl", crl_of(world.authority, revoked))

    await world.check(revocation)
    await world.check(revocation, world.person_with())

    assert await world.refusal(revocation, revoked) == "the certificate is revoked"
    assert world.server.asked["/issuer.crl"] == 1


async def test_a_list_is_fetched_anew_when_it_ends(world: World, clock: FakeClock):
    revocation = world.revocation()
    world.only_lists()
    await world.check(revocation)
    clock.advance(HOUR - timedelta(seconds=1))
    world.server.put("/issuer.crl", crl_of(world.authority, world.person))
    world.server.put("/root.crl", crl_of(world.root))
    await world.check(revocation)

    clock.advance(timedelta(seconds=1))

    assert await world.refusal(revocation) == "the certificate is revoked"


async def test_nothing_is_kept_for_longer_than_a_day(world: World, clock: FakeClock):
    revocation = world.revocation()
    world.server.put("/ocsp", ocsp_of(world.authority, world.person, ends=30 * DAY))
    world.server.put("/root.crl", crl_of(world.root, ends=30 * DAY))
    await world.check(revocation)
    clock.advance(DAY - timedelta(seconds=1))
    await world.check(revocation)
    assert dict(world.server.asked) == {"/ocsp": 1, "/root.crl": 1}

    clock.advance(timedelta(seconds=1))
    await world.check(revocation)

    assert dict(world.server.asked) == {"/ocsp": 2, "/root.crl": 2}


async def test_an_answer_without_an_end_is_not_kept(world: World):
    revocation = world.revocation()
    world.server.put("/ocsp", ocsp_of(world.authority, world.person, ends=None))

    await world.check(revocation)
    await world.check(revocation)

    assert world.server.asked["/ocsp"] == 2


async def test_what_is_kept_of_the_future_is_not_used(world: World, clock: FakeClock):
    revocation = world.revocation()
    world.server.put("/ocsp", ocsp_of(world.authority, world.person, ends=30 * DAY))
    await world.check(revocation)
    clock.advance(-DAY)

    assert "the answer begins in the future" in await world.refusal(revocation)


async def test_logins_at_the_same_time_ask_once(world: World):
    revocation = world.revocation()
    world.server.put("/ocsp", ocsp_of(world.authority, world.person))
    world.server.open.clear()

    checks = [asyncio.create_task(world.check(revocation)) for _ in range(20)]
    await until_asked(world, "/ocsp")
    world.server.open.set()
    await asyncio.gather(*checks)

    assert dict(world.server.asked) == {"/ocsp": 1, "/root.crl": 1}


async def test_who_goes_away_does_not_take_the_answer_from_the_others(world: World):
    revocation = world.revocation()
    world.server.put("/ocsp", ocsp_of(world.authority, world.person))
    world.server.open.clear()
    first = asyncio.create_task(world.check(revocation))
    await until_asked(world, "/ocsp")
    second = asyncio.create_task(world.check(revocation))
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait([first])
    world.server.open.set()
    await second

    assert first.cancelled()
    assert world.server.asked["/ocsp"] == 1


async def until_asked(world: World, path: str) -> None:
    async with asyncio.timeout(10):
        while not world.server.asked[path]:  # noqa: ASYNC110  # it is another thread's
            await asyncio.sleep(0.005)


async def test_an_authority_that_hangs_costs_the_time_and_no_more(world: World):
    revocation, loop = world.revocation(seconds=0.3), asyncio.get_running_loop()
    world.server.open.clear()
    started = loop.time()

    refusal = await world.refusal(revocation)

    assert refusal == "whether the certificate is revoked cannot be learnt: there was no answer in time"
    assert loop.time() - started < 2


async def test_what_one_asked_for_in_vain_is_there_for_the_next(world: World):
    revocation = world.revocation(seconds=0.3)
    world.only_lists()
    world.server.open.clear()
    await world.refusal(revocation)
    await until_asked(world, "/issuer.crl")
    # While it is still being fetched, and overdue, nobody waits for it.
    assert "there was no answer in time" in await world.refusal(revocation)

    world.server.open.set()
    async with asyncio.timeout(10):
        while True:
            try:
                await world.check(revocation)
                break
            except NotAccepted:
                await asyncio.sleep(0.01)

    assert dict(world.server.asked) == {"/issuer.crl": 1, "/root.crl": 1}


async def test_what_is_revoked_is_said_before_others_are_known(world: World):
    world.server.put("/root.crl", crl_of(world.root, world.authority.certificate))

    def hang(_: bytes) -> bytes:
        world.server.hang.wait(30)
        return b""

    world.server.put("/ocsp", hang)
    async with asyncio.timeout(10):
        assert await world.refusal(world.revocation(seconds=20)) == "the certificate of an authority above it is revoked"


class TestAnAuthorityThatIsDown:
    @pytest.fixture(autouse=True)
    def _down(self, world: World) -> None:
        world.authority = replace(world.authority, crl=())
        world.person = world.person_with()
        world.server.put("/ocsp", b"", 503)

    async def test_it_is_left_alone_for_some_seconds_and_then_asked_again(self, world: World, later: Later):
        revocation = world.revocation("soft")
        for _ in range(5):
            await world.check(revocation)
        await world.check(revocation, world.person_with())
        assert world.server.asked["/ocsp"] == 1

        later(1.1)
        await world.check(revocation)
        await world.check(revocation)
        assert world.server.asked["/ocsp"] == 2

        world.server.put("/ocsp", ocsp_of(world.authority, world.person, REVOKED))
        later(31)
        assert await world.refusal(revocation) == "the certificate is revoked"

    async def test_whoever_must_know_is_told_why(self, world: World):
        revocation = world.revocation()
        assert (await world.refusal(revocation)).endswith("the authority's server answers 503")
        assert (await world.refusal(revocation)).endswith("the authority did not answer a moment ago")

    async def test_others_are_not_blamed_for_it(self, world: World):
        revocation = world.revocation("soft")
        await world.check(revocation)
        world.only_lists()
        world.server.put("/issuer.crl", crl_of(world.authority, world.person))
        world.authority = replace(world.authority, crl=(f"{world.server.url}/issuer.crl",))
        person = world.person_with()
        world.server.put("/issuer.crl", crl_of(world.authority, person))

        assert await world.refusal(revocation, person) == "the certificate is revoked"

    async def test_an_answer_about_one_certificate_is_no_outage(self, world: World):
        revocation = world.revocation("soft")
        world.server.put("/ocsp", ocsp_of(world.authority, world.person_with()))
        await world.check(revocation)
        await world.check(revocation)

        assert world.server.asked["/ocsp"] == 2

    async def test_its_silence_does_not_undo_what_it_said(self, world: World, clock: FakeClock):
        revocation = world.revocation("soft")
        world.server.put("/ocsp", ocsp_of(world.authority, world.person, REVOKED))
        assert await world.refusal(revocation) == "the certificate is revoked"

        world.server.put("/ocsp", b"", 503)
        clock.advance(30 * DAY)

        assert await world.refusal(revocation) == "the certificate is revoked"

    async def test_nor_what_its_list_said(self, world: World, clock: FakeClock):
        world.authority = replace(world.authority, crl=(f"{world.server.url}/issuer.crl",))
        world.only_lists()
        revocation = world.revocation("soft")
        world.server.put("/issuer.crl", crl_of(world.authority, world.person))
        assert await world.refusal(revocation) == "the certificate is revoked"

        world.server.put("/issuer.crl", b"", 503)
        clock.advance(30 * DAY)

        assert await world.refusal(revocation) == "the certificate is revoked"

    async def test_its_outage_is_told_of_once_and_its_end_too_and_nobody_is_named(self, world: World, later: Later):
        revocation = world.revocation()
        with structlog.testing.capture_logs() as told:
            for _ in range(3):
                await world.refusal(revocation)
            world.server.put("/ocsp", ocsp_of(world.authority, world.person))
            later(31)
            await world.check(revocation)

        assert [one["event"] for one in told] == ["certificates.authority_down", "certificates.authority_up"]
        assert "MARIA" not in str(told)


async def test_who_is_let_in_unlearnt_is_logged_without_a_name(world: World):
    with structlog.testing.capture_logs() as told:
        await world.check(world.revocation("soft"), world.person_with(crl_urls=(), ocsp_urls=()))

    assert [one["event"] for one in told] == ["certificates.state_unknown"]
    assert "MARIA" not in str(told)


async def test_a_list_of_a_hundred_thousand_is_searched_at_once_and_does_not_hold_others_up(world: World):
    world.only_lists()
    at = datetime(2025, 1, 1, tzinfo=UTC)
    many = [x509.RevokedCertificateBuilder(number * 2**80 + 7, at).build() for number in range(1, 100_001)]
    world.server.put("/issuer.crl", crl_of(world.authority, *many, world.person))
    revocation, gaps = world.revocation(seconds=30), [0.0]

    async def tick() -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        while True:
            await asyncio.sleep(0.001)
            gaps.append(loop.time() - before)
            before = loop.time()

    ticking = asyncio.create_task(tick())
    assert await world.refusal(revocation) == "the certificate is revoked"
    ticking.cancel()
    started = asyncio.get_running_loop().time()
    for _ in range(20):
        await world.check(revocation, world.person_with())

    assert max(gaps) < 0.5
    assert asyncio.get_running_loop().time() - started < 5
    assert world.server.asked["/issuer.crl"] == 1


class TestMemory:
    async def keep(self, memory: Memory[str], key: str, size: int = 1) -> None:
        async def learn() -> Learnt[str]:
            return Learnt(key, 2**40, size)

        await memory.get(key, learn, seconds=1)

    def kept(self, memory: Memory[str]) -> str:
        return "".join(key for key in "abcdef" if memory.last(key))

    async def test_what_was_used_longest_ago_goes_first(self, clock: FakeClock):
        memory: Memory[str] = Memory(clock, most=3, most_bytes=100)
        for key in "abcad":
            await self.keep(memory, key)

        assert self.kept(memory) == "acd"

    async def test_its_size_is_bounded(self, clock: FakeClock):
        memory: Memory[str] = Memory(clock, most=100, most_bytes=100)
        for key, size in zip("abcd", (40, 40, 30, 101), strict=True):
            await self.keep(memory, key, size)

        assert self.kept(memory) == "bc"

    async def test_what_fails_is_asked_again_and_nobody_hangs_on_it(self, clock: FakeClock):
        memory: Memory[str] = Memory(clock, most=100, most_bytes=100)

        async def fail() -> Learnt[Any]:
            raise NotLearnt("so")

        for _ in range(2):
            with pytest.raises(NotLearnt, match="so"):
                await memory.get("a", fail, seconds=1)
        await self.keep(memory, "a")

        assert self.kept(memory) == "a"
