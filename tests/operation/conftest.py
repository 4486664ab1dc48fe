import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest
import structlog

from authme.kernel import logs
from authme.kernel.clock import FakeClock
from support.given import Given, environment

MakeGiven = Callable[..., Awaitable[Given]]


@pytest.fixture
def standard_error(tmp_path: Path) -> Iterator[TextIO]:
    """The file that is standard error for what is set up while the test runs."""
    before = structlog.get_config()
    with (tmp_path / "stderr").open("a+") as file:
        yield file
        structlog.configure(**before)


@pytest.fixture
async def make_given(clock: FakeClock, standard_error: TextIO) -> AsyncIterator[MakeGiven]:
    """Open servers that log as a server process does."""
    opened: list[Given] = []

    async def make(url: str, **settings: object) -> Given:
        with contextlib.redirect_stderr(standard_error):
            made = Given(environment(url, **settings), clock)
            logs.configure(made.settings.logs.log_level, made.settings.logs.log_format)
        await made.open()
        opened.append(made)
        return made

    yield make
    for one in opened:
        await one.close()


@pytest.fixture
async def given(make_given: MakeGiven, tmp_path: Path) -> Given:
    return await make_given(f"sqlite:///{tmp_path}/authme.db", log_level="debug")
