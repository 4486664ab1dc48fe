"""Messages that stay on this machine, in development."""

import msgspec

from authme.kernel.clock import Clock
from authme.kernel.database import Database
from authme.notify.local_store import LocalMessage, keep_local_message
from authme.notify.texts import Order, write
from authme.outbox.handler import Done, Outcome
from authme.outbox.model import Delivery
from authme.settings import MessageSettings


class LocalMessages:
    """Writes messages down instead of sending them."""

    def __init__(self, settings: MessageSettings, database: Database, clock: Clock) -> None:
        self._product = settings.product_name
        self._database = database
        self._clock = clock

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Write one message down, once."""
        order = msgspec.convert(delivery.payload, Order)
        written = write(order, product=self._product)
        is_mail = delivery.channel == "EMAIL"
        message = LocalMessage(
            id=delivery.id,
            channel=delivery.channel,
            address=order.to,
            subject=written.subject if is_mail else "",
            text=written.text if is_mail else written.short,
            html=written.html if is_mail else "",
            created_at=self._clock.now_ms(),
        )
        await self._database.unit(lambda tx: keep_local_message(tx, message))
        return Done()

    async def close(self) -> None:
        """Nothing is open."""
