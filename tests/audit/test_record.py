from datetime import timedelta
from functools import partial

import pytest

from authme.audit import record
from authme.audit.find import list_events
from authme.audit.model import AuditEvent
from authme.kernel.clock import FakeClock
from authme.kernel.context import Caller, Context, Origin
from support.two_engines import NOON, Worker

SERVICE = Caller(client_id="c" * 24, user_id="a" * 24)


async def test_a_row_says_who_did_what_to_whom_from_where(worker: Worker) -> None:
    async def lock(ctx: Context) -> None:
        record(ctx, "user.locked", "b" * 24, was_locked=False, tries=3, reason="è")

    await worker.run(lock, caller=SERVICE, origin=Origin("192.0.2.7", "request-1"))

    [event] = await list_events(worker.database.reader())
    assert (event.action, event.result, event.target) == ("user.locked", "OK", "b" * 24)
    assert (event.client_id, event.user_id) == ("c" * 24, "a" * 24)
    assert (event.source, event.request_id, event.seal) == ("192.0.2.7", "request-1", None)
    assert event.at.timestamp() * 1000 == NOON
    assert bytes(event.detail or b"") == '{"reason":"è","tries":3,"was_locked":false}'.encode()


async def test_a_login_names_whom_it_just_found_out(worker: Worker) -> None:
    async def login(ctx: Context) -> None:
        record(ctx, "user.login", "b" * 24, user_id="b" * 24, client_id="d" * 24, result="REFUSED")

    await worker.run(login)

    [event] = await list_events(worker.database.reader())
    assert (event.client_id, event.user_id, event.result, event.detail) == ("d" * 24, "b" * 24, "REFUSED", None)


async def test_what_is_undone_leaves_no_row(worker: Worker) -> None:
    async def fail(ctx: Context) -> None:
        record(ctx, "user.locked", "b" * 24)
        raise LookupError

    with pytest.raises(LookupError):
        await worker.run(fail)

    assert await list_events(worker.database.reader()) == []


async def test_rows_are_found_by_target_and_by_user_the_newest_first(worker: Worker, clock: FakeClock) -> None:
    for number, (target, user) in enumerate([("b", "a"), ("b", "a"), ("b", "f"), ("e", "a"), ("b", "a")]):
        await worker.run(partial(change, target=target * 24, user=user * 24, number=number))
        clock.advance(timedelta(seconds=1))

    reader = worker.database.reader()
    assert actions(await list_events(reader, target="b" * 24)) == [4, 2, 1, 0]
    assert actions(await list_events(reader, user="a" * 24)) == [4, 3, 1, 0]
    assert actions(await list_events(reader, target="b" * 24, user="a" * 24, limit=2)) == [4, 1]
    assert actions(await list_events(reader)) == [4, 3, 2, 1, 0]


async def change(ctx: Context, *, target: str, user: str, number: int) -> None:
    record(ctx, f"user.changed_{number}", target, user_id=user)


def actions(events: list[AuditEvent]) -> list[int]:
    return [int(event.action.removeprefix("user.changed_")) for event in events]
