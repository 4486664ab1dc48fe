import pytest

from support.given import Given, GivenClient, GivenUser
from support.servers import given, make_given, on_both

__all__ = ["given", "make_given", "on_both"]


@pytest.fixture
async def client(given: Given) -> GivenClient:
    return await given.client("READ", "WRITE")


@pytest.fixture
async def user(given: Given) -> GivenUser:
    return await given.user()
