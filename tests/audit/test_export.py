import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from authme.audit import record
from authme.audit.export import export
from authme.audit.seal import seal
from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from support.two_engines import NOON, Worker

START = datetime.fromtimestamp(NOON / 1000, UTC)


async def act(ctx: Context, *, action: str, user: str) -> None:
    record(ctx, action, "b" * 24, user_id=user, number=1)


@pytest.fixture
async def three(worker: Worker, clock: FakeClock) -> Worker:
    for action, user in [("user.login", "a" * 24), ("user.locked", "a" * 24), ("user.login", "c" * 24)]:
        await worker.run(partial(act, action=action, user=user))
        clock.advance(timedelta(seconds=1))
    return worker


async def exported(worker: Worker, **filters: Any) -> list[dict[str, Any]]:
    return [json.loads(line) async for line in export(worker.database, **filters)]


async def test_each_event_is_a_line_of_json(three: Worker) -> None:
    await three.run(seal)

    first, *others = [line async for line in export(three.database)]

    assert first.endswith(b"\n")
    assert len(others) == 2
    assert json.loads(first) == {
        "id": 1,
        "at": START.isoformat().replace("+00:00", "Z"),
        "action": "user.login",
        "result": "OK",
        "clientId": None,
        "userId": "a" * 24,
        "target": "b" * 24,
        "source": None,
        "requestId": None,
        "detail": {"number": 1},
        "seal": 1,
    }


async def test_what_is_asked_for_is_exported(three: Worker) -> None:
    second = timedelta(seconds=1)

    assert [event["id"] for event in await exported(three)] == [1, 2, 3]
    assert [event["id"] for event in await exported(three, since=START + second)] == [2, 3]
    assert [event["id"] for event in await exported(three, until=START + second)] == [1]
    assert [event["id"] for event in await exported(three, since=START + second, until=START + 2 * second)] == [2]
    assert [event["id"] for event in await exported(three, user="a" * 24)] == [1, 2]
    assert [event["id"] for event in await exported(three, action="user.login")] == [1, 3]
    assert [event["id"] for event in await exported(three, action="user.login", user="c" * 24)] == [3]


async def test_a_time_without_zone_is_refused(three: Worker) -> None:
    with pytest.raises(ValueError, match="zone"):
        await exported(three, since=START.replace(tzinfo=None))
