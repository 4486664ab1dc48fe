"""The ways that messages go, by the settings."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from authme.kernel.clock import Clock
from authme.kernel.database import Database
from authme.notify.send import KIND
from authme.outbox.handler import Handler, Lane, Outcome
from authme.outbox.model import NOBODY, Delivery
from authme.settings import MessageSettings, Settings

_MOMENT = timedelta(seconds=10)


def lanes(settings: Settings, database: Database, clock: Clock) -> list[Lane]:
    """Return the lanes of messages: in development they stay on this machine; a way that is not configured has none."""
    given = settings.messages
    longest = timedelta(seconds=given.message_timeout_seconds)
    found = [Lane(KIND, NOBODY, WhenNeeded(lambda: _unsent(given)), longest=_MOMENT)]
    if settings.server.development:
        kept = WhenNeeded(lambda: _local(given, database, clock))
        return [*found, *(Lane(KIND, channel, kept, longest=_MOMENT) for channel in ("EMAIL", "SMS"))]
    if given.smtp_host is not None:
        found.append(Lane(KIND, "EMAIL", WhenNeeded(lambda: _mail(given)), longest=longest))
    if given.sms_url is not None:
        found.append(Lane(KIND, "SMS", WhenNeeded(lambda: _short_messages(given)), longest=longest))
    return found


def waiting(settings: Settings) -> list[str]:
    """Return, for an operator, which messages wait because no way is configured for them."""
    if settings.server.development:
        return []
    hints = []
    if settings.messages.smtp_host is None:
        hints.append("mail: not configured; messages wait in the outbox")
    if settings.messages.sms_url is None:
        hints.append("short messages: not configured; they wait in the outbox")
    return hints


class WhenNeeded:
    """A handler that is made at its first delivery: a worker that sends nothing holds no mail library in its memory."""

    def __init__(self, make: Callable[[], Handler]) -> None:
        self._make = make
        self._handler: Handler | None = None
        self._is_made = asyncio.Lock()

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Have the handler deliver it."""
        async with self._is_made:
            if self._handler is None:
                # On a thread: to load the libraries and the system's certificates takes as long as a hundred requests.
                self._handler = await asyncio.to_thread(self._make)
        return await self._handler.deliver(delivery)

    async def close(self) -> None:
        """Close the handler, if there is one."""
        if self._handler is not None:
            await self._handler.close()


def _unsent(settings: MessageSettings) -> Handler:
    from authme.notify.unsent import Unsent  # noqa: PLC0415  # see WhenNeeded

    return Unsent(settings)


def _local(settings: MessageSettings, database: Database, clock: Clock) -> Handler:
    from authme.notify.local import LocalMessages  # noqa: PLC0415  # see WhenNeeded

    return LocalMessages(settings, database, clock)


def _mail(settings: MessageSettings) -> Handler:
    from authme.notify.mail import Mail  # noqa: PLC0415  # see WhenNeeded

    return Mail(settings)


def _short_messages(settings: MessageSettings) -> Handler:
    from authme.notify.short_message import ShortMessages  # noqa: PLC0415  # see WhenNeeded

    return ShortMessages(settings)
