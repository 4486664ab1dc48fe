"""What a use case is given: who calls, the unit of work, the time, and the running parts of the server."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from authme.kernel.clock import Clock
from authme.kernel.database import Transaction
from authme.kernel.http.language import Language

PartType = TypeVar("PartType")

CLIENT_IDENTIFIED = "CLI-AUTH-IDENTIFIED"
CLIENT_BASIC = "CLI-AUTH-BASIC"
FIRST_PARTY = "CLI-1STPARTY"
THIRD_PARTY = "CLI-3RDPARTY"
IDENTIFIED = "AUTH-IDENTIFIED"
BASIC = "AUTH-BASIC"
MFA = "AUTH-MFA"
SMART = "AUTH-SMART"

CLIENT_LADDER = (CLIENT_IDENTIFIED, CLIENT_BASIC)
USER_LADDER = (IDENTIFIED, BASIC, MFA)


def rungs(ladder: tuple[str, ...], highest: str | None) -> frozenset[str]:
    """Return `highest` and every rung below it; nothing for None."""
    return frozenset(ladder[: ladder.index(highest) + 1]) if highest else frozenset()


class Parts:
    """The long-lived objects of a running server, one of each type, set by the composition root.

    A part is asked for by its type, so that the kernel needs to know no feature and a use case says what it depends on.
    """

    def __init__(self, *parts: object) -> None:
        self._parts: dict[type, object] = {type(part): part for part in parts}

    def add(self, part: object) -> None:
        """Set the one part of its type."""
        self._parts[type(part)] = part

    def get(self, kind: type[PartType]) -> PartType:
        """Return the part of exactly this type; a missing one is a defect of the composition root (KeyError)."""
        return self._parts[kind]  # type: ignore[return-value]  # keyed by type: the value is an instance of its key


class Caller(msgspec.Struct, frozen=True):
    """Who a request speaks for, as authenticated."""

    atoms: frozenset[str] = frozenset()
    """Everything the caller has proved or holds: rungs, party, kind, office, roles, and scopes as `scope:NAME`."""
    client_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    organization_id: str | None = None
    business_id: str | None = None
    scopes: tuple[str, ...] = ()
    acts_for: str | None = None
    """The business that a person acts for with this token (UI-12)."""
    is_operator: bool = False
    """The command line on the server's own machine: whoever reads the database and the master key."""

    def has(self, atom: str) -> bool:
        """Whether the caller has proved or holds `atom`."""
        return atom in self.atoms


ANONYMOUS = Caller()
OPERATOR = Caller(is_operator=True)


class Origin(msgspec.Struct, frozen=True):
    """Where a request came from, for the audit and for counting failures."""

    source: str | None = None
    """Address of the peer, behind trusted proxies the forwarded one."""
    request_id: str | None = None
    language: Language | None = None
    """The language of ours that the caller likes best, if it said."""


@dataclass(slots=True)
class Context:
    """One use case's surroundings. Lives as long as its unit of work."""

    tx: Transaction
    caller: Caller
    clock: Clock
    parts: Parts
    origin: Origin = field(default_factory=Origin)
    _closers: list[Callable[[], None]] = field(default_factory=list)

    def on_end(self, action: Callable[[], None]) -> None:
        """Run `action` once the unit of work is over, committed or not."""
        self._closers.append(action)

    def close(self) -> None:
        """Run what was asked for by `on_end`, the latest first. Called by whoever made the context."""
        while self._closers:
            self._closers.pop()()

    def part(self, kind: type[PartType]) -> PartType:
        """Return the server's one part of this type."""
        return self.parts.get(kind)
