import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from authme.kernel.clock import FakeClock
from support.federated import Later
from support.given import Given, GivenClient, MakeGiven
from support.openid_peer import openid_peer
from support.openid_small import SmallProvider
from support.servers import make_given

__all__ = ["make_given", "openid_peer"]


@pytest.fixture
def clock() -> FakeClock:
    """The time that the peer has, too."""
    return FakeClock(int(time.time() * 1000))


@pytest.fixture
async def given(make_given: MakeGiven, tmp_path: Path) -> Given:
    """A server in development: providers on this machine are let through."""
    return await make_given(f"sqlite:///{tmp_path}/authme.db", development="true", verify_contact="true")


@pytest.fixture
async def on_both(make_given: MakeGiven, url: str) -> Given:
    return await make_given(url, development="true", verify_contact="true")


@pytest.fixture
def provider(clock: FakeClock) -> Iterator[SmallProvider]:
    """The small provider, which says and signs whatever it is told to."""
    with SmallProvider(clock) as running:
        yield running


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client("READ", "WRITE")


@pytest.fixture
async def later(given: Given, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the time on, of the event loop too."""
    loop, moved = asyncio.get_running_loop(), [0.0]
    before = loop.time
    monkeypatch.setattr(loop, "time", lambda: before() + moved[0])

    def move(seconds: float) -> None:
        moved[0] += seconds
        given.later(seconds=seconds)

    return move
