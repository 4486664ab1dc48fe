"""A command to a directory as it is written in the outbox."""

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from authme.outbox.model import Delivery


class Ordered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One command; what it does not need is None."""

    id: str
    """The row's, and what the directory's entry is marked with."""
    logon_id: str
    logon: str
    """As it was when the command was written."""
    number: int
    is_made: bool
    """Whether the directory had made the logon by then."""
    request_id: str | None
    secret: str | None = None
    changed_at: int | None = None
    name: str | None = None
    document: str | None = None
    email: str | None = None
    mobile: str | None = None
    group: str | None = None
    former: str | None = None
    """The command before this one that was to make the same logon for the same user, and may have had its effect."""

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Return what is to be delivered."""
        given: Mapping[str, Any] = delivery.payload
        return msgspec.convert({"id": delivery.id, **given}, cls)

    def __repr__(self) -> str:
        return f"Ordered({self.id})"
