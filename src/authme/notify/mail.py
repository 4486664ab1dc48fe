"""Messages that go by mail."""

import socket

import msgspec

from authme.notify.letter import AddressMalformed, Mailbox, letter
from authme.notify.smtp import MailServer
from authme.notify.texts import Order, write
from authme.outbox.handler import Never, Outcome
from authme.outbox.model import Delivery
from authme.settings import MessageSettings


class Mail:
    """Writes messages and gives them to the mail server."""

    def __init__(self, settings: MessageSettings) -> None:
        self._sender = Mailbox(settings.mail_from or "")
        self._product = settings.product_name
        name = socket.gethostname()
        self._server = MailServer(settings, local_name=name if name.isascii() and name else self._sender.domain)

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Send one message. It has the same Message-ID at each try."""
        order = msgspec.convert(delivery.payload, Order)
        try:
            to = Mailbox(order.to)
        except AddressMalformed as error:
            return Never(str(error))
        mail = letter(
            write(order, product=self._product),
            row_id=delivery.id,
            made_at=delivery.created_at,
            sender=self._sender,
            product=self._product,
            to=to,
        )
        return await self._server.send(mail.as_bytes(), sender=self._sender, to=to)

    async def close(self) -> None:
        """Take leave of the mail server."""
        await self._server.close()
