"""Work that runs by the clock: on one worker process at a time, or on each for what it keeps to itself."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, delete, or_, update

from authme.kernel.clock import Clock
from authme.kernel.context import OPERATOR, Context, Parts
from authme.kernel.database import Database, DatabaseUnavailable, Statement, Transaction, insert_or_ignore
from authme.kernel.database.schema import job_lease

_LEASE = timedelta(seconds=30)
_RENEWED = timedelta(seconds=10)
_NAME = "maintenance"
_MS = 1000
_log = structlog.get_logger(__name__)

_MAKE = Statement(insert_or_ignore(job_lease, {"name": _NAME, "holder": "", "until_at": 0}))
_TAKE = Statement(
    update(job_lease)
    .where(job_lease.c.name == _NAME, or_(job_lease.c.until_at < bindparam("now"), job_lease.c.holder == bindparam("me")))
    .values(holder=bindparam("me"), until_at=bindparam("until"))
)
_GIVE_BACK = Statement(delete(job_lease).where(job_lease.c.holder == bindparam("me")))

JobRun = Callable[[Context], Awaitable[object]]


@dataclass(slots=True)
class Job:
    """One piece of recurring work. `run` is one unit of work, and safe to repeat."""

    name: str
    every: timedelta
    run: JobRun
    on_each_process: bool = False
    """For what a process keeps to itself: it runs without the lease."""
    due_at: float = field(default=0.0)


class Jobs:
    """Runs the jobs while this process holds the lease, and those of each process always.

    The lease only spares the other processes the work: each job is right even if two run it at once, since a process that
    was stopped for longer than its lease cannot know that it lost it.
    """

    def __init__(self, database: Database, clock: Clock, parts: Parts, jobs: list[Job]) -> None:
        self._database = database
        self._clock = clock
        self._parts = parts
        self._jobs = jobs
        self._me = secrets.token_hex(8)
        self._task: asyncio.Task[None] | None = None
        self._is_over = asyncio.Event()

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._is_over.clear()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop after the job under way, and leave the lease to another process."""
        if self._task is None:
            return
        self._is_over.set()
        await asyncio.wait([self._task])
        with contextlib.suppress(Exception):
            await self._unit(lambda tx: tx.run(_GIVE_BACK, me=self._me))

    async def run_job(self, job: Job) -> None:
        """Run one job as the operator, in a unit of work of its own."""

        async def work(tx: Transaction) -> object:
            return await job.run(Context(tx, OPERATOR, self._clock, self._parts))

        await self._database.unit(work)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        renew_at, holds = 0.0, False
        while not self._is_over.is_set():
            try:
                if loop.time() >= renew_at:
                    holds = await self._take_lease()
                    renew_at = loop.time() + _RENEWED.total_seconds()
                await self._run_due(loop.time(), holds_lease=holds)
            except Exception as fault:  # noqa: BLE001  # the runner outlives whatever it meets
                _report("lease", fault)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min((job.every.total_seconds() for job in self._jobs), default=1.0)):
                    await self._is_over.wait()

    async def _run_due(self, now: float, *, holds_lease: bool) -> None:
        for job in self._jobs:
            if now < job.due_at or self._is_over.is_set() or not (holds_lease or job.on_each_process):
                continue
            job.due_at = now + job.every.total_seconds()
            try:
                await self.run_job(job)
            except Exception as fault:  # noqa: BLE001  # one job's fault is not the next one's
                _report(job.name, fault)

    async def _take_lease(self) -> bool:
        now = self._clock.now_ms()

        async def take(tx: Transaction) -> int:
            await tx.run(_MAKE)
            return await tx.run(_TAKE, me=self._me, now=now, until=now + int(_LEASE.total_seconds()) * _MS)

        return await self._unit(take) == 1

    async def _unit(self, work: Callable[[Transaction], Awaitable[int]]) -> int:
        return await self._database.unit(work)


def _report(job: str, fault: Exception) -> None:
    if isinstance(fault, DatabaseUnavailable):
        _log.warning("job.failed", job=job, reason=str(fault))
    else:
        _log.error("job.failed", job=job, exc_info=fault)
