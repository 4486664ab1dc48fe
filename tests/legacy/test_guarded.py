"""A directory that does not answer costs one login some seconds, and the others nothing."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.errors import Unavailable
from authme.legacy.directories import Directories
from authme.legacy.directory import NotUnderstood, Unreachable
from authme.legacy.guarded import Guarded
from authme.legacy.model import Entry, NewLogon, Verdict
from authme.legacy.tables import embedded_logon
from authme.settings.legacy import LegacyDirectories, Rule
from support.given import Given

AT_MOST = 0.02
MUCH_TOO_LONG = 5
WRITE = Statement(delete(embedded_logon))
Later = Callable[[float], None]


class FarAway:
    """A directory that answers, does not answer, or takes its time."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False
        self.odd: set[str] = set()
        self._was_asked = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()

    def hold(self) -> None:
        self.answers.clear()

    async def until_asked(self, times: int) -> None:
        async with asyncio.timeout(MUCH_TOO_LONG):
            while self.asked < times:
                self._was_asked.clear()
                await self._was_asked.wait()

    async def verify(self, logon: str, secret: str) -> Verdict:
        self.asked += 1
        self._was_asked.set()
        await self.answers.wait()
        if self.is_down:
            raise Unreachable("nobody listens")
        if logon in self.odd:
            raise NotUnderstood("it is not willing to do this", code=53)
        return "RIGHT" if secret == logon else "WRONG"

    async def find(self, logon: str) -> Entry | None:
        await self.verify(logon, "")
        return None

    async def provision(self, new: NewLogon, *, mark: str) -> None:
        raise NotImplementedError

    async def set_secret(self, logon: str, secret: str, *, mark: str) -> None:
        raise NotImplementedError

    async def revoke(self, logon: str) -> None:
        raise NotImplementedError

    async def resume(self, logon: str) -> None:
        raise NotImplementedError

    async def check(self) -> list[str]:
        return []

    async def close(self) -> None:
        pass


@pytest.fixture
async def far() -> FarAway:
    return FarAway()


@pytest.fixture
async def guarded(far: FarAway) -> Guarded:
    return Guarded("racf", far, seconds=AT_MOST)


@pytest.fixture
async def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the time of the event loop on."""
    loop, moved = asyncio.get_running_loop(), [0.0]
    time = loop.time
    monkeypatch.setattr(loop, "time", lambda: time() + moved[0])

    def move(seconds: float) -> None:
        moved[0] += seconds

    return move


async def refused(guarded: Guarded, logon: str = "MARIA") -> int:
    """Return after how many seconds whoever asks now is to come back."""
    with pytest.raises(Unavailable) as caught:
        async with asyncio.timeout(MUCH_TOO_LONG):
            await guarded.verify(logon, logon)
    assert caught.value.items[0].code == "902"
    assert caught.value.retry_after is not None
    return caught.value.retry_after


async def test_what_the_directory_says_is_passed_on(guarded: Guarded):
    assert await guarded.verify("MARIA", "MARIA") == "RIGHT"
    assert await guarded.verify("MARIA", "SECRET") == "WRONG"
    assert await guarded.find("MARIA") is None


async def test_one_that_takes_too_long_is_broken_off_and_then_left_alone(guarded: Guarded, far: FarAway):
    far.hold()

    assert await refused(guarded) == 1
    far.answers.set()

    assert await refused(guarded) == 1
    assert far.asked == 1


async def test_one_that_cannot_be_reached_is_left_alone_whatever_is_asked(guarded: Guarded, far: FarAway):
    far.is_down = True
    await refused(guarded)

    with pytest.raises(Unavailable):
        await guarded.find("MARIA")

    assert far.asked == 1


async def test_questions_that_are_under_way_together_each_wait_no_longer_than_one(guarded: Guarded, far: FarAway):
    far.hold()

    async with asyncio.timeout(20 * AT_MOST):
        found = await asyncio.gather(*(refused(guarded) for _ in range(50)))

    assert far.asked == 50
    assert set(found) == {1}
    await refused(guarded)
    assert far.asked == 50


async def test_after_the_pause_a_single_question_tries_it(guarded: Guarded, far: FarAway, later: Later):
    far.is_down = True
    await refused(guarded)
    later(1.1)
    far.is_down = False
    far.hold()

    first = asyncio.create_task(guarded.verify("MARIA", "MARIA"))
    await far.until_asked(2)
    await refused(guarded)
    far.answers.set()

    assert await first == "RIGHT"
    assert far.asked == 2
    assert await asyncio.gather(*(guarded.verify("MARIA", "MARIA") for _ in range(5))) == ["RIGHT"] * 5


async def test_whoever_gives_up_the_question_that_tries_it_leaves_it_to_the_next(guarded: Guarded, far: FarAway, later: Later):
    far.is_down = True
    await refused(guarded)
    later(1.1)
    far.is_down = False
    far.hold()
    first = asyncio.create_task(guarded.verify("MARIA", "MARIA"))
    await far.until_asked(2)

    first.cancel()
    await asyncio.wait([first])
    far.answers.set()

    async with asyncio.timeout(MUCH_TOO_LONG):
        assert await guarded.verify("MARIA", "MARIA") == "RIGHT"


async def test_the_pause_is_longer_each_time_and_the_caller_is_told_how_long(guarded: Guarded, far: FarAway, later: Later):
    far.is_down = True

    for longest in (1, 2, 4, 8, 16, 30, 30):
        seconds = await refused(guarded)
        assert longest / 2 <= seconds <= longest
        asked = far.asked
        later(longest / 2 - 0.1)
        assert await refused(guarded) <= longest / 2 + 1
        assert far.asked == asked
        later(seconds)


async def test_an_outage_is_told_of_once_and_its_end_too_and_nobody_is_named(guarded: Guarded, far: FarAway, later: Later):
    with capture_logs() as log:
        far.is_down = True
        for _ in range(3):
            await refused(guarded)
            later(31)
        far.is_down = False
        await guarded.verify("MARIA", "MARIA")
        await guarded.verify("MARIA", "MARIA")

    assert [(entry["event"], entry["directory"]) for entry in log] == [("legacy.down", "racf"), ("legacy.up", "racf")]
    assert log[0]["reason"] == "nobody listens"
    assert "MARIA" not in repr(log)


async def test_an_answer_about_one_logon_that_is_not_understood_costs_the_others_nothing(guarded: Guarded, far: FarAway):
    far.odd.add("ODD")

    for _ in range(3):
        assert await refused(guarded, "ODD") == 1
        assert await guarded.verify("MARIA", "MARIA") == "RIGHT"
    with pytest.raises(Unavailable):
        await guarded.find("ODD")

    assert await guarded.find("MARIA") is None


async def test_such_an_answer_neither_prolongs_an_outage_nor_ends_it(guarded: Guarded, far: FarAway, later: Later):
    far.odd.add("ODD")
    far.is_down = True
    await refused(guarded)
    later(1.1)
    far.is_down = False

    with capture_logs() as log:
        await refused(guarded, "ODD")
        assert [entry["event"] for entry in log] == ["legacy.not_understood"]
        assert await guarded.verify("MARIA", "MARIA") == "RIGHT"

    assert [entry["event"] for entry in log] == ["legacy.not_understood", "legacy.up"]


async def test_such_answers_are_told_of_once_a_minute_and_nobody_is_named(guarded: Guarded, far: FarAway, later: Later):
    far.odd.update({"ODD", "ODDER"})

    with capture_logs() as log:
        for _ in range(3):
            await refused(guarded, "ODD")
            await refused(guarded, "ODDER")
        later(61)
        await refused(guarded, "ODD")

    told = {"event": "legacy.not_understood", "directory": "racf", "code": 53, "reason": "it is not willing to do this"}
    assert log == [told | {"log_level": "warning"}] * 2


async def test_a_directory_that_is_down_does_not_touch_another(far: FarAway, given: Given):
    near = FarAway()
    rules = LegacyDirectories(rules=(Rule("X*", "racf"), Rule("Y*", "other")))
    directories = Directories(rules, {"racf": far, "other": near}, seconds={"racf": AT_MOST})
    far.is_down = True

    async def ask(ctx: Context) -> list[Guarded | None]:
        return [directories.to_ask(ctx, logon) for logon in ("XAVIER", "YARA", "ZOE")]

    of_x, of_y, of_z = await given.run(ask)
    assert of_x is not None
    assert of_y is not None
    await refused(of_x)

    assert await of_y.verify("YARA", "YARA") == "RIGHT"
    assert of_z is None


async def test_one_without_a_limit_takes_as_long_as_it_takes(far: FarAway, later: Later):
    guarded = Guarded("embedded", far, seconds=None)
    far.hold()

    asked = asyncio.create_task(guarded.verify("MARIA", "MARIA"))
    await far.until_asked(1)
    later(3600)
    await asyncio.sleep(0)
    far.answers.set()

    assert await asked == "RIGHT"


async def test_nobody_asks_a_directory_while_others_wait_for_what_they_wrote(given: Given):
    async def write_and_ask(ctx: Context) -> None:
        await ctx.tx.run(WRITE)
        ctx.part(Directories).to_ask(ctx, "MARIA")

    with pytest.raises(RuntimeError):
        await given.run(write_and_ask)
