"""What does the rows of the outbox: a handler for each kind and channel."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from authme.outbox.model import Delivery


@dataclass(frozen=True, slots=True)
class Done:
    """It is done."""


@dataclass(frozen=True, slots=True)
class Later:
    """It could not be done now. `is_channel_down`: nor could anything else on this channel."""

    reason: str
    is_channel_down: bool = False


@dataclass(frozen=True, slots=True)
class Never:
    """It was refused for good."""

    reason: str


Outcome = Done | Later | Never
"""A reason is kept with the row and shown to operators: it holds no address, no code and nothing the other side wrote."""


class Handler(Protocol):
    """Does what rows ask for. A row may come more than once: the other side is to tell a repetition by the row's id."""

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Do one row, outside any unit of work. What it raises is a defect, and the row is tried again later."""
        ...

    async def close(self) -> None:
        """Let go of connections; no delivery is under way any more."""
        ...


@dataclass(frozen=True, slots=True)
class Lane:
    """The rows of one kind and channel, done beside those of the others: a slow mail server holds up no short message.

    Rows that no lane takes wait.
    """

    kind: str
    channel: str
    handler: Handler
    longest: timedelta
    """The longest that one delivery takes; after it the delivery is broken off, and the channel taken to be down."""
    at_once: int = 8
    """Deliveries at a time, per worker process."""
