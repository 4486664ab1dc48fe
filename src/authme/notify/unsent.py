"""Messages to nobody."""

import msgspec

from authme.notify.letter import Mailbox, letter
from authme.notify.texts import Order, write
from authme.outbox.handler import Done, Outcome
from authme.outbox.model import Delivery
from authme.settings import MessageSettings


class Unsent:
    """Writes messages as mail is written, and sends nothing: that a name is nobody's keeps the server as busy."""

    def __init__(self, settings: MessageSettings) -> None:
        self._sender = Mailbox(settings.mail_from or "nobody@example.invalid")
        self._product = settings.product_name

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Write the message and say that it is done."""
        order = msgspec.convert(delivery.payload, Order)
        mail = letter(
            write(order, product=self._product),
            row_id=delivery.id,
            made_at=delivery.created_at,
            sender=self._sender,
            product=self._product,
            to=Mailbox(order.to),
        )
        mail.as_bytes()
        return Done()

    async def close(self) -> None:
        """Nothing is open."""
