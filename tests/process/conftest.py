import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from authme.kernel.clock import SystemClock
from support.given import Given, environment

Result = TypeVar("Result")
Prepare = Callable[[Callable[[Given], Coroutine[Any, Any, Result]]], Result]


@pytest.fixture
def env(url: str) -> dict[str, str]:
    """The settings of a server on each engine, one after the other."""
    return environment(url, ISSUER="http://127.0.0.1:8080", NAME_FAILURES=1000, NETWORK_FAILURES=10**9)


@pytest.fixture
def prepare(env: dict[str, str]) -> Prepare[Any]:
    """Do something to the server's database beside it."""

    def run(work: Callable[[Given], Coroutine[Any, Any, Any]]) -> Any:
        async def whole() -> Any:
            given = Given(env, SystemClock())
            await given.open()
            try:
                return await work(given)
            finally:
                await given.close()

        return asyncio.run(whole())

    return run
