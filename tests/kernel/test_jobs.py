import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from authme.kernel.clock import FakeClock
from authme.kernel.context import Context, Parts
from authme.kernel.database import Database
from authme.kernel.jobs import Job, Jobs
from kernel.items import ADD, new, places
from support.two_engines import rows_of

OFTEN = timedelta(milliseconds=5)
Start = Callable[..., Awaitable[Jobs]]


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a runner try for the lease as often as its jobs run."""
    monkeypatch.setattr("authme.kernel.jobs._RENEWED", OFTEN)


@pytest.fixture
async def start(open_database: Callable[[], Awaitable[Database]], clock: FakeClock) -> AsyncIterator[Start]:
    """Start a runner in another process."""
    started: list[Jobs] = []

    async def start_one(*jobs: Job) -> Jobs:
        runner = Jobs(await open_database(), clock, Parts(), list(jobs))
        runner.start()
        started.append(runner)
        return runner

    yield start_one
    for runner in started:
        await runner.stop()


class Runs:
    """A job that tells of its runs."""

    def __init__(self, *, every: timedelta = OFTEN) -> None:
        self.count = 0
        self._has_run = asyncio.Event()
        self.job = Job("count", every, self._run)

    async def _run(self, _ctx: Context) -> None:
        self.count += 1
        self._has_run.set()

    async def next(self) -> None:
        """Return when it has run once more."""
        self._has_run.clear()
        await asyncio.wait_for(self._has_run.wait(), 2)


async def test_of_two_runners_one_runs_the_jobs(start: Start, url: str) -> None:
    first, second = Runs(), Runs()
    await start(first.job)
    await first.next()
    await start(second.job)
    for _ in range(10):
        await first.next()

    assert second.count == 0
    assert len(await rows_of(url, "SELECT holder FROM job_lease")) == 1


async def test_a_job_of_each_process_runs_without_the_lease(start: Start) -> None:
    holder, common, own = Runs(), Runs(), Runs()
    own.job.on_each_process = True
    await start(holder.job)
    await holder.next()

    await start(common.job, own.job)

    for _ in range(3):
        await own.next()
    assert common.count == 0


async def test_runners_that_begin_at_once_agree_on_one(start: Start) -> None:
    runs = [Runs() for _ in range(4)]
    for each in runs:
        await start(each.job)
    [one] = [each for each in runs if each.count] or [runs[0]]
    for _ in range(10):
        await one.next()

    assert sorted(bool(each.count) for each in runs) == [False] * 3 + [True]


async def test_a_runner_that_stops_leaves_the_lease_to_another_at_its_next_try(start: Start) -> None:
    first, second = Runs(), Runs()
    holder = await start(first.job)
    await first.next()
    await start(second.job)

    await holder.stop()

    await second.next()
    count = first.count
    await second.next()
    assert first.count == count


async def test_a_runner_that_does_not_hold_the_lease_takes_none_away_when_it_stops(start: Start, url: str) -> None:
    first, second = Runs(), Runs()
    await start(first.job)
    await first.next()
    before = await rows_of(url, "SELECT holder FROM job_lease")

    await (await start(second.job)).stop()

    assert await rows_of(url, "SELECT holder FROM job_lease") == before


async def test_a_lease_that_ran_out_is_another_runners(start: Start, clock: FakeClock, url: str) -> None:
    first, second = Runs(), Runs()
    holder = await start(first.job)
    await first.next()
    # As a process does that is stopped by its machine.
    holder._task.cancel()  # type: ignore[union-attr]  # noqa: SLF001  # stop() would give the lease back
    await start(second.job)
    clock.advance(timedelta(seconds=29))
    await asyncio.sleep(0.05)
    assert second.count == 0

    clock.advance(timedelta(seconds=2))

    await second.next()
    assert len(await rows_of(url, "SELECT holder FROM job_lease")) == 1


async def test_the_holder_renews_its_lease(start: Start, clock: FakeClock) -> None:
    first, second = Runs(), Runs()
    await start(first.job)
    await start(second.job)
    await first.next()

    for _ in range(4):
        clock.advance(timedelta(seconds=20))
        for _ in range(3):
            await first.next()

    assert second.count == 0


async def test_a_job_that_fails_stops_neither_the_others_nor_itself(start: Start, url: str) -> None:
    tries: list[int] = []
    good = Runs()

    async def fail(ctx: Context) -> None:
        tries.append(1)
        await ctx.tx.run(ADD, **new(len(tries)))
        raise LookupError

    with capture_logs() as log:
        await start(Job("bad", OFTEN, fail), good.job)
        for _ in range(3):
            await good.next()

    assert {(entry["event"], entry["job"]) for entry in log} == {("job.failed", "bad")}
    assert len(tries) >= 3
    assert await places(url) == []


async def test_a_job_is_one_unit_of_work_of_the_operator(start: Start, url: str) -> None:
    operators: list[bool] = []
    after = Runs()

    async def add(ctx: Context) -> None:
        operators.append(ctx.caller.is_operator)
        await ctx.tx.run(ADD, **new(1))

    await start(Job("add", timedelta(hours=1), add), after.job)
    await after.next()

    assert operators == [True]
    assert await places(url) == [1]


async def test_a_job_runs_as_often_as_it_says(start: Start) -> None:
    often, seldom = Runs(), Runs(every=timedelta(hours=1))
    await start(often.job, seldom.job)
    for _ in range(5):
        await often.next()

    assert seldom.count == 1


async def test_a_runner_that_was_never_started_may_be_stopped(database: Database, clock: FakeClock) -> None:
    await Jobs(database, clock, Parts(), []).stop()


async def test_the_job_under_way_ends_before_the_runner_stops(start: Start, url: str) -> None:
    has_begun = asyncio.Event()

    async def add(ctx: Context) -> None:
        await ctx.tx.run(ADD, **new(1))
        has_begun.set()
        await asyncio.sleep(0.02)
        await ctx.tx.run(ADD, **new(2))

    runner = await start(Job("add", timedelta(hours=1), add))
    await asyncio.wait_for(has_begun.wait(), 2)
    await runner.stop()

    assert await places(url) == [1, 2]
