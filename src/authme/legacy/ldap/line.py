"""One secured connection, for one thread at a time."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn

from ldap3 import BASE, DEREF_NEVER, MODIFY_REPLACE, Connection

from authme.legacy.directory import Unreachable
from authme.legacy.ldap.deadline import Deadline, Wire
from authme.legacy.ldap.entry import Values
from authme.legacy.ldap.names import ANY_ENTRY
from authme.legacy.ldap.outcomes import SUCCESS, Answer

IDLE_SECONDS: Final = 30.0
"""Shorter than firewalls forget a connection and servers close one."""


class WentAway(Unreachable):
    """The other side closed a connection that had been idle: it did so before it was asked."""


class Line:
    """A connection over which TLS runs. Whatever fails on it is its end, and no method is to be called any more.

    ldap3 would connect again by itself when asked on a closed connection, and send a password without TLS.
    """

    def __init__(self, connection: Connection, wire: Wire) -> None:
        if not wire.is_secured:
            raise ValueError("a line is secured")
        self._connection = connection
        self._wire = wire
        self._idle_since = time.monotonic()
        self._was_idle = False
        connection.open = _refuse

    @property
    def is_open(self) -> bool:
        """Whether nothing has failed on it."""
        return not self._connection.closed

    def has_rested(self) -> bool:
        """Whether it was idle for so long that it is not to be used any more."""
        return time.monotonic() - self._idle_since > IDLE_SECONDS

    def rest(self) -> None:
        """Note that it is idle from now on."""
        self._idle_since = time.monotonic()

    def is_there(self) -> bool:
        """Whether an idle line may still be used: it did not rest too long, and the other side did not close it."""
        self._was_idle = True
        return self.is_open and not self.has_rested() and self._wire.is_quiet()

    def until(self, deadline: Deadline) -> None:
        """Let all that is asked from now on be over by this time."""
        self._wire.deadline = deadline

    def bind(self, name: str, secret: str) -> Answer:
        """Bind as this entry. An empty secret would be an anonymous bind, which succeeds (RFC 4513 section 5.1.2)."""
        if not name or not secret:
            raise ValueError("neither name nor secret of a bind is empty")
        self._connection.user = name
        # As bytes, which ldap3 sends as they are; text it would map to other characters (SASLprep).
        self._connection.password = secret.encode()
        try:
            return self._ask(lambda: self._connection.bind(read_server_info=False))
        finally:
            self._connection.password = None

    def read(self, name: str, attributes: Sequence[str]) -> tuple[Answer, Values | None]:
        """Return the values of one entry, None if the answer holds none."""
        answer = self._ask(
            lambda: self._connection.search(
                name, ANY_ENTRY, search_scope=BASE, dereference_aliases=DEREF_NEVER, attributes=list(attributes)
            )
        )
        found = [one for one in self._connection.response or () if one["type"] == "searchResEntry"]
        if answer.code != SUCCESS or not found:
            return answer, None
        raw: Mapping[str, Sequence[bytes]] = found[0]["raw_attributes"]
        return answer, {key.lower(): [value.decode(errors="replace") for value in values] for key, values in raw.items()}

    def add(self, name: str, object_class: str, values: Mapping[str, str]) -> Answer:
        """Make an entry."""
        return self._ask(lambda: self._connection.add(name, object_class, dict(values)))  # type: ignore[no-untyped-call]  # the stubs leave it open

    def replace(self, name: str, values: Values) -> Answer:
        """Replace values of an entry, all in one step."""
        changes = {attribute: [(MODIFY_REPLACE, list(new))] for attribute, new in values.items()}
        return self._ask(lambda: self._connection.modify(name, changes))  # type: ignore[no-untyped-call]  # the stubs leave it open

    def leave(self) -> None:
        """Take leave of the server, if it is still there."""
        self.until(Deadline(1))
        with contextlib.suppress(Unreachable):
            self._reach(self._connection.unbind)
        self.drop()

    def drop(self) -> None:
        """Close the connection without a word."""
        with contextlib.suppress(Exception):
            self._connection.strategy.close()

    def _ask(self, question: Callable[[], object]) -> Answer:
        try:
            self._reach(question)
        except Unreachable as fault:
            code = _code_without_name(fault.__cause__)
            if code is None:
                raise
            return Answer(code, "")
        result = self._connection.result
        return Answer(int(result["result"]), str(result["message"] or ""))

    def _reach(self, question: Callable[[], object]) -> None:
        try:
            question()
        except Exception as fault:
            # Whatever comes from outside and cannot be read ends in one exception of ldap3 or another.
            self.drop()
            raise self._why(fault) from fault

    def _why(self, fault: Exception) -> Unreachable:
        if self._wire.deadline.is_over:
            return Unreachable(f"The directory did not answer within {self._wire.deadline.seconds:g} seconds.")
        if self._was_idle:
            return WentAway("The directory closed the connection.")
        return Unreachable(f"The connection to the directory broke ({type(fault).__name__}).")


def _code_without_name(cause: BaseException | None) -> int | None:
    """Return the result code for which ldap3 has no name, if that is what it stumbled over: an answer all the same."""
    code = cause.args[0] if isinstance(cause, KeyError) and cause.args else None
    return code if isinstance(code, int) else None


def _refuse(*_: object, **__: object) -> NoReturn:
    raise ConnectionError("a line is not opened again")
