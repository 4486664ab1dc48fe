import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from authme.kernel.clock import FakeClock
from support.authority import root
from support.revocation_server import crl_of, revocation_server
from support.revocation_world import Later, World


@pytest.fixture
def world(clock: FakeClock) -> Iterator[World]:
    with revocation_server() as server:
        top = root("Root", clock, crl=[f"{server.url}/root.crl"])
        authority = top.authority("Issuer", crl=[f"{server.url}/issuer.crl"], ocsp=[f"{server.url}/ocsp"])
        made = World(server, clock, top, authority, authority.certificate)
        made.person = made.person_with()
        server.put("/root.crl", crl_of(top))
        server.put("/issuer.crl", crl_of(authority))
        yield made


@pytest.fixture
async def later(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Later:
    """Move the time on, that of the event loop too."""
    loop, moved = asyncio.get_running_loop(), [0.0]
    time = loop.time
    monkeypatch.setattr(loop, "time", lambda: time() + moved[0])

    def move(seconds: float) -> None:
        moved[0] += seconds
        clock.advance(timedelta(seconds=seconds))

    return move
