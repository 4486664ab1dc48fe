"""A worker process that sends messages by its settings."""

import asyncio
from dataclasses import dataclass
from typing import Any

from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.database import Database
from authme.notify.send import Message, Recipient, send
from authme.notify.ways import lanes
from authme.outbox.box import Outbox
from authme.outbox.courier import Courier
from authme.settings import load
from support.given import environment
from support.two_engines import Worker, rows_of


@dataclass(frozen=True)
class Row:
    """What became of a message."""

    id: str
    channel: str
    state: str
    attempts: int
    fault: str | None


class Postman:
    """Sends messages; its courier delivers when it is told to."""

    def __init__(self, database: Database, clock: FakeClock, url: str, **settings: object) -> None:
        self.url = url
        self.clock = clock
        self.settings = load(environment(url, **settings))
        box = Outbox(MasterKey.generate())
        self.worker = Worker(database, clock, box, self.settings.messages)
        self.courier = Courier(database, clock, box, lanes(self.settings, database, clock))

    async def send(self, to: str | Recipient | None, message: Message = "password_changed", **given: Any) -> None:
        """Send a message to an e-mail address, or whoever else, in a unit of its own."""
        recipient = Recipient("EMAIL", to) if isinstance(to, str) else to
        given = {"user_id": None, "language": "en"} | given

        async def work(ctx: Any) -> None:
            send(ctx, recipient, message, **given)

        await self.worker.run(work)

    async def send_code(self, to: str | Recipient, **given: Any) -> None:
        await self.send(to, "code", **({"code": "012345", "minutes": 10, "purpose": "MFA"} | given))

    async def deliver(self) -> list[Row]:
        """Deliver what is due; return what became of every message."""
        await asyncio.wait_for(self.courier.deliver_due(), 30)
        return await self.rows()

    async def rows(self) -> list[Row]:
        query = "SELECT id, channel, state, attempts, fault FROM outbox ORDER BY created_at, id"
        return [Row(*row) for row in await rows_of(self.url, query)]  # type: ignore[arg-type]  # as the columns are
