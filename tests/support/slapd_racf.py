"""RACF as it stands behind its LDAP front end: logons, and what ADDUSER, ALTUSER, LISTUSER and a bind do to them."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

SUFFIX = "cn=racf"
SERVICE = "AUTHSVC"
SERVICE_SECRET = "SVCPASS1"
FAILURES = 3
_NAME = re.compile(r"racfid=(?P<id>[^,]+),profiletype=(?P<kind>user|group)," + SUFFIX, re.IGNORECASE)
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2})")
_PASSWORD = re.compile(r"[A-Z0-9#@$]{1,8}")
Values = Mapping[str, Sequence[str]]


class Reply(NamedTuple):
    """What an operation is answered with: LDAP's result code, and a message."""

    code: int
    info: str = ""
    entry: Values | None = None


@dataclass
class Logon:
    """A user profile."""

    name: str
    password: str | None = None
    phrase: str | None = None
    is_expired: bool = True
    is_revoked: bool = False
    failures: int = 0
    revoke_on: date | None = None
    resume_on: date | None = None
    groups: tuple[str, ...] = ("SYS1",)
    attributes: dict[str, str] = field(default_factory=dict)

    def is_revoked_at(self, today: date) -> bool:
        has_resumed = self.resume_on is not None and self.resume_on <= today
        if self.revoke_on is not None and self.revoke_on <= today:
            return not (has_resumed and self.resume_on is not None and self.resume_on > self.revoke_on)
        return self.is_revoked and not has_resumed

    def is_right(self, secret: str) -> bool:
        return secret in {self.phrase, self.password} and bool(secret)


class Hold:
    """An operation that had its effect, and is not answered before `go` is set."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go = threading.Event()


class Racf:
    """Many threads ask it. `binds` and `changes` are what it was asked, in order: what must not be sent is not among them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.logons: dict[str, Logon] = {}
        self.binds: list[tuple[str, str]] = []
        self.changes: list[tuple[str, Values]] = []
        self.today: Callable[[], date] = lambda: datetime.now(UTC).date()
        self.tells_revoked_to_all = False
        self._forced: dict[tuple[str, str | None], Reply] = {}
        self._holds: dict[str, Hold] = {}
        self.reset()

    def reset(self) -> None:
        """Be as new, with nothing but this server's own logon."""
        with self._lock:
            self.logons = {SERVICE: Logon(SERVICE, password=SERVICE_SECRET, is_expired=False)}
            self.binds, self.changes = [], []
            self.today = lambda: datetime.now(UTC).date()
            self.tells_revoked_to_all = False
            self._forced, self._holds = {}, {}

    def answer(self, operation: str, code: int, info: str = "", *, logon: str | None = None) -> None:
        """Answer such operations so from now on, without doing anything; of one logon only, if it is given.

        A bind of this server's own logon is done, unless it is the one.
        """
        self._forced[operation, logon] = Reply(code, info)

    def hold(self, operation: str) -> Hold:
        """Hold back the answer to the next such operation."""
        self._holds[operation] = held = Hold()
        return held

    def do(self, operation: str, name: str, bound: str, values: Values) -> Reply:
        """Do an operation for whoever is bound."""
        with self._lock:
            reply = self._do(operation, name, bound, values)
            held = None if name_of(name) == SERVICE else self._holds.pop(operation, None)
        if held is not None:
            held.reached.set()
            held.go.wait(20)
        return reply

    def _do(self, operation: str, name: str, bound: str, values: Values) -> Reply:
        logon = name_of(name)
        if operation == "BIND":
            return self._bind(logon, values["cred"][0])
        if name_of(bound) != SERVICE:
            return Reply(50, "R000000 not authorized")
        forced = self._forced.get((operation, logon)) or self._forced.get((operation, None))
        if forced is not None:
            return forced
        if operation == "SEARCH":
            return self._show(name, logon)
        self.changes.append((name, values))
        return self._add(logon, values) if operation == "ADD" else self._alter(logon, values)

    def _bind(self, logon: str, secret: str) -> Reply:
        self.binds.append((logon, secret))
        forced = self._forced.get(("BIND", logon)) or (self._forced.get(("BIND", None)) if logon != SERVICE else None)
        if forced is not None:
            return forced
        found = self.logons.get(logon)
        if found is None:
            return Reply(49, "R000104 The password is not correct or the user ID is not completely defined.")
        is_right, is_revoked = found.is_right(secret), found.is_revoked_at(self.today())
        if is_revoked and (is_right or self.tells_revoked_to_all):
            return Reply(49, "R000102 The user ID has been revoked.")
        if not is_right:
            found.failures += 1
            found.is_revoked = found.is_revoked or found.failures >= FAILURES
            return Reply(49, "R000104 The password is not correct or the user ID is not completely defined.")
        found.failures = 0
        return Reply(49, "R000100 The password has expired.") if found.is_expired else Reply(0)

    def _show(self, name: str, logon: str) -> Reply:
        if name.lower() == SUFFIX:
            return Reply(0, entry={"objectClass": ["applicationProcess"], "cn": ["racf"]})
        found = self.logons.get(logon)
        return Reply(0, entry=_entry(found, self.today())) if found else Reply(32, f"ICH30001I UNABLE TO LOCATE {logon}")

    def _add(self, logon: str, values: Values) -> Reply:
        if logon in self.logons:
            return Reply(68, f"ICH01010I {logon} NOT ADDED")
        given = {key: value[0] for key, value in values.items() if key not in {"objectClass", "racfid", "profiletype"}}
        group = name_of(given.pop("racfDefaultGroup", f"racfid=SYS1,profiletype=group,{SUFFIX}"))
        given.pop("racfOwner", None)
        made = Logon(logon, groups=(group,))
        reply = _set(made, {key: [value] for key, value in given.items()})
        if reply.code == 0:
            self.logons[logon] = made
        return reply

    def _alter(self, logon: str, values: Values) -> Reply:
        found = self.logons.get(logon)
        return _set(found, values) if found else Reply(32, f"ICH21009I UNABLE TO LOCATE {logon}")


def name_of(name: str) -> str:
    """Return the logon or group of a name, nothing for another name."""
    found = _NAME.fullmatch(name)
    return _ESCAPED.sub(lambda one: chr(int(one[1], 16)), found["id"]).replace("\\", "").upper() if found else ""


def _set(logon: Logon, values: Values) -> Reply:
    words = {word.upper() for word in values.get("racfAttributes", ())}
    password, phrase = _one(values, "racfPassword"), _one(values, "racfPassPhrase")
    rest = {key: value[0] for key, value in values.items() if key not in {"racfPassword", "racfPassPhrase", "racfAttributes"}}
    if words - {"NOEXPIRED", "REVOKE", "RESUME", "NOPASSWORD", "NOPHRASE"}:
        return Reply(80, "IKJ56712I INVALID KEYWORD")
    is_too_long = len(rest.get("racfProgrammerName", "")) > 20 or len(rest.get("racfInstallationData", "")) > 254
    if is_too_long or (password is not None and not _PASSWORD.fullmatch(password)):
        return Reply(80, "ICH21004I USER NOT ALTERED")
    if password is not None or phrase is not None:
        logon.password, logon.phrase = password or logon.password, phrase or logon.phrase
        logon.is_expired = "NOEXPIRED" not in words
    if "NOPASSWORD" in words:
        logon.password = None
    if "NOPHRASE" in words:
        logon.phrase = None
    if words & {"REVOKE", "RESUME"}:
        # Whether it is revoked by hand, no day counts any more.
        logon.is_revoked, logon.revoke_on, logon.resume_on, logon.failures = "REVOKE" in words, None, None, 0
    logon.attributes |= rest
    return Reply(0)


def _entry(logon: Logon, today: date) -> Values:
    words = ["PASSWORD"] * (logon.password is not None) + ["PASSPHRASE"] * (logon.phrase is not None)
    groups = [f"racfid={_escaped(group)},profiletype=GROUP,{SUFFIX}" for group in logon.groups]
    return {
        "objectClass": ["racfUser"],
        "racfid": [logon.name],
        "racfAttributes": [" ".join(words + ["REVOKED"] * logon.is_revoked_at(today))] if words or logon.is_revoked else [],
        "racfDefaultGroup": groups[:1],
        "racfConnectGroupName": groups,
        "racfRevokeDate": [_day(logon.revoke_on)],
        "racfResumeDate": [_day(logon.resume_on)],
        "racfProgrammerName": ["UNKNOWN"],
    } | {key: [value] for key, value in logon.attributes.items()}


def _escaped(racfid: str) -> str:
    return f"\\{racfid}" if racfid.startswith("#") else racfid


def _day(day: date | None) -> str:
    return f"{day:%m/%d/%y}" if day else "NONE"


def _one(values: Values, key: str) -> str | None:
    return values[key][0] if key in values else None
