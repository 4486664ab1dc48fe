"""What is asked of the directory, as a thread asks it: every call ends by its deadline."""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from authme.kernel.clock import Clock
from authme.legacy.directory import DirectoryFault, LogonTaken, LogonUnknown, NotUnderstood, Refused, Unreachable, Withheld
from authme.legacy.ldap import attributes
from authme.legacy.ldap.deadline import Deadline
from authme.legacy.ldap.entry import Values, entry_of, marked_value, wanted
from authme.legacy.ldap.fresh import OBJECT_CLASS, new_entry
from authme.legacy.ldap.line import Line, WentAway
from authme.legacy.ldap.lines import Kind, Lines
from authme.legacy.ldap.names import user_name
from authme.legacy.ldap.outcomes import SUCCESS, check_added, check_changed, fail, is_absent, is_withheld, verdict_of
from authme.legacy.ldap.secret import as_sent
from authme.legacy.ldap.service import Service
from authme.legacy.ldap.way import Way
from authme.legacy.model import Entry, NewLogon, Verdict
from authme.legacy.secret import is_password
from authme.settings.legacy import LdapDirectory

Result = TypeVar("Result")


class Questions:
    """Asks over connections that are kept open."""

    def __init__(self, given: LdapDirectory, clock: Clock) -> None:
        self.lines = Lines(given.connections)
        self._given = given
        self._clock = clock
        self._way = Way(given)
        self._service = Service(given)

    def verify(self, deadline: Deadline, logon: str, secret: str) -> Verdict:
        """Say what a secret is worth."""
        name = user_name(logon, self._given.suffix)
        answer = self._on("people", deadline, lambda line: line.bind(name, as_sent(secret)), repeats=True)
        return verdict_of(answer, tells_revoked_to_all=self._given.tells_revoked_to_all)

    def find(self, deadline: Deadline, logon: str) -> Entry | None:
        """Return the logon as it stands now."""
        values = self._values(deadline, logon)
        return entry_of(logon, values, self._given, now=self._clock.now_ms()) if values is not None else None

    def provision(self, deadline: Deadline, new: NewLogon, mark: str) -> None:
        """Make a logon."""
        name = user_name(new.logon, self._given.suffix)
        values = new_entry(new, self._given, mark=mark)
        try:
            check_added(self._on("service", deadline, lambda line: line.add(name, OBJECT_CLASS, values)))
        except LogonTaken:
            raise
        except Refused as refusal:
            # RACF says of a logon that is there only that it was not added.
            with contextlib.suppress(Unreachable, NotUnderstood):
                if self._values(deadline, new.logon) is not None:
                    raise LogonTaken("There is such a logon.") from refusal
            raise

    def set_secret(self, deadline: Deadline, logon: str, secret: str, mark: str) -> None:
        """Set password or phrase, not expired, with the mark if there is room for it beside what else is in its attribute.

        A logon of RACF's may have both; the other one goes, else whoever knows the old secret could go on with it.
        """
        values = self._values(deadline, logon)
        if values is None:
            raise LogonUnknown("There is no such logon.")
        kind, other = (attributes.PASSWORD, "NOPHRASE") if is_password(secret) else (attributes.PHRASE, "NOPASSWORD")
        changes = {kind: [as_sent(secret)], attributes.WORDS: ["NOEXPIRED", other]}
        marked = attributes.with_mark(marked_value(values, self._given), mark)
        self._change(deadline, logon, changes | ({self._given.mark_attribute: [marked]} if marked is not None else {}))

    def give_word(self, deadline: Deadline, logon: str, word: str) -> None:
        """Have a keyword of ALTUSER done to the logon."""
        self._change(deadline, logon, {attributes.WORDS: [word]})

    def check(self, deadline: Deadline) -> list[str]:
        """Return the first step that fails, in plain words."""
        suffix = self._given.suffix
        try:
            answer, values = self._on("service", deadline, lambda line: line.read(suffix, ["objectClass"]), fresh=True)
            if is_absent(answer):
                return [f"The directory has nothing of the name {suffix}."]
            if answer.code != SUCCESS:
                fail(f"The directory does not show {suffix}", answer)
        except DirectoryFault as fault:
            return [str(fault)]
        return [] if values is not None else [f"The directory does not let this server's logon read {suffix}."]

    def _values(self, deadline: Deadline, logon: str) -> Values | None:
        name, attributes_wanted = user_name(logon, self._given.suffix), wanted(self._given)
        answer, values = self._on("service", deadline, lambda line: line.read(name, attributes_wanted), repeats=True)
        if is_withheld(answer):
            raise Withheld("The directory does not let this server's logon see the entry.", code=answer.code)
        if answer.code != SUCCESS and not is_absent(answer):
            fail("The directory does not show the logon", answer)
        return values

    def _change(self, deadline: Deadline, logon: str, changes: Values) -> None:
        name = user_name(logon, self._given.suffix)
        check_changed(self._on("service", deadline, lambda line: line.replace(name, changes)))

    def _on(
        self,
        kind: Kind,
        deadline: Deadline,
        question: Callable[[Line], Result],
        *,
        repeats: bool = False,
        fresh: bool = False,
    ) -> Result:
        """Ask over a connection of this kind; a question that changes nothing is repeated if an idle one turns out closed."""

        def connect() -> Line:
            return self._open(kind, deadline)

        deadline.left()  # who asked is gone by now, if it waited for a thread for too long
        try:
            with self.lines.using(kind, connect, fresh=fresh) as line:
                line.until(deadline)
                return question(line)
        except WentAway:
            if not repeats:
                raise
        with self.lines.using(kind, connect, fresh=True) as line:
            return question(line)

    def _open(self, kind: Kind, deadline: Deadline) -> Line:
        line = self._way.open(deadline)
        if kind == "service":
            try:
                self._service.bind(line, deadline)
            except BaseException:
                line.drop()
                raise
        return line
