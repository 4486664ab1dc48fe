"""Rows of the outbox."""

from typing import Any, Literal

import msgspec

State = Literal["PENDING", "SENT", "FAILED", "CANCELLED"]
"""PENDING is to be done, SENT is done; FAILED was refused for good or given up, CANCELLED was taken back by an operator."""
NOBODY = "NOBODY"
"""The channel of what goes nowhere: it is written for a name that nobody has, so that this costs what a known one does."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it is watched, without what is in it. Times are epoch milliseconds."""

    id: str
    kind: str
    channel: str
    topic: str | None
    order_key: str | None
    state: State
    attempts: int
    due_at: int
    created_at: int
    done_at: int | None
    fault: str | None
    """Why it was not done yet or at all; never an address, a code or what the other side said."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One row that is to be done now."""

    id: str
    """The same at each try: what the other side can tell a repetition by."""
    kind: str
    channel: str
    topic: str | None
    payload: dict[str, Any]
    attempts: int
    """Tries before this one."""
    created_at: int
