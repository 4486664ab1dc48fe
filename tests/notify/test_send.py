"""Sending writes a row, for nobody too."""

from typing import Any

import pytest

from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.database import Database
from authme.notify.send import Recipient, send
from authme.outbox.box import Outbox
from authme.settings import MessageSettings
from support.two_engines import NOON, Worker, rows_of

MARIA = Recipient("EMAIL", "maria@example.com")


@pytest.fixture
async def worker(open_database: Any, clock: FakeClock) -> Worker:
    database: Database = await open_database()
    return Worker(database, clock, Outbox(MasterKey.generate()), MessageSettings(language="pt"))


async def payloads(worker: Worker, url: str) -> list[dict[str, Any]]:
    box = worker.parts.get(Outbox)
    return [box.open(*row) for row in await rows_of(url, "SELECT id, payload FROM outbox ORDER BY channel")]  # type: ignore[arg-type]  # as the columns are


async def test_a_message_is_a_row_in_the_persons_language_or_the_servers(worker: Worker, url: str):
    async def work(ctx: Any) -> None:
        send(ctx, MARIA, "code", user_id="u", language="en", code="012345", minutes=10, purpose="MFA")
        send(ctx, Recipient("SMS", "5511999990000"), "password_changed", user_id="u", language=None)

    await worker.run(work)

    rows = await rows_of(url, "SELECT kind, channel, user_id FROM outbox ORDER BY channel")
    assert rows == [("MESSAGE", "EMAIL", "u"), ("MESSAGE", "SMS", "u")]
    mail, short = await payloads(worker, url)
    assert mail == {
        "to": "maria@example.com",
        "message": "code",
        "language": "en",
        "at": NOON,
        "values": {"code": "012345", "minutes": 10, "purpose": "MFA"},
    }
    assert (short["language"], short["to"]) == ("pt", "5511999990000")


async def test_for_nobody_the_same_row_is_written_and_as_long(worker: Worker, url: str):
    async def work(ctx: Any) -> None:
        for to in (None, MARIA):
            send(ctx, to, "code", user_id="u", language=None, code="012345", minutes=10, purpose="ACCOUNT")

    await worker.run(work)

    rows = await rows_of(url, "SELECT channel, kind, user_id, length(payload) FROM outbox ORDER BY channel")
    assert [row[0] for row in rows] == ["EMAIL", "NOBODY"]
    assert rows[0][1:3] == rows[1][1:3]
    assert abs(int(str(rows[0][3])) - int(str(rows[1][3]))) < 32
    known, unknown = await payloads(worker, url)
    assert known.keys() == unknown.keys()
    assert unknown["to"] != known["to"]


@pytest.mark.parametrize(
    "values", [{}, {"code": "1", "minutes": 1}, {"code": "1", "minutes": 1, "purpose": "MFA", "name": "x"}]
)
async def test_other_values_than_the_message_takes_are_a_defect(worker: Worker, url: str, values: dict[str, Any]):
    async def work(ctx: Any) -> None:
        send(ctx, MARIA, "code", user_id=None, language=None, **values)

    with pytest.raises(TypeError, match="code takes"):
        await worker.run(work)
    assert await rows_of(url, "SELECT * FROM outbox") == []


def test_a_recipient_is_not_shown_by_accident():
    assert repr(MARIA) == "Recipient(EMAIL)"
