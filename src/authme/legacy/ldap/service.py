"""This server's own logon in the directory."""

import threading
import time
from pathlib import Path
from typing import Final

from authme.legacy.directory import Unreachable
from authme.legacy.ldap.deadline import Deadline
from authme.legacy.ldap.line import Line
from authme.legacy.ldap.names import user_name
from authme.legacy.ldap.outcomes import SUCCESS, said_by, verdict_in
from authme.legacy.ldap.secret import as_sent
from authme.legacy.model import Verdict
from authme.settings.legacy import LdapDirectory

_PAUSE_SECONDS: Final = 600.0
_WHY: Final[dict[Verdict | None, str]] = {
    "WRONG": "its password is not accepted",
    "EXPIRED": "its password has expired",
    "REVOKED": "it is revoked",
    "UNKNOWN": "there is no such logon",
}


class Service:
    """Binds connections as the logon of the settings, whose password is read from its file each time: it may be changed."""

    def __init__(self, given: LdapDirectory) -> None:
        self._logon = given.bind_logon
        self._name = user_name(given.bind_logon, given.suffix)
        self._file = given.bind_password_file
        self._lock = threading.Lock()
        self._rejected: tuple[str, float] | None = None

    def bind(self, line: Line, deadline: Deadline) -> None:
        """Bind as this server's logon. Raises Unreachable with what is wrong, in plain words; TimeoutError."""
        # One after the other: each wrong password counts there, and many at once would have the logon revoked.
        if not self._lock.acquire(timeout=deadline.left()):
            raise TimeoutError
        try:
            self._bind(line)
        finally:
            self._lock.release()

    def _bind(self, line: Line) -> None:
        secret = self._secret()
        self._check_not_rejected(secret)
        answer = line.bind(self._name, as_sent(secret))
        if answer.code == SUCCESS:
            self._rejected = None
            return
        verdict = verdict_in(answer, tells_revoked_to_all=False)
        if verdict == "WRONG":
            self._rejected = (secret, time.monotonic() + _PAUSE_SECONDS)
        raise Unreachable(
            f"The directory does not let this server's logon {self._logon} in: "
            f"{_WHY.get(verdict, 'it does not say why')}: {said_by(answer)}."
        )

    def _secret(self) -> str:
        file = self._file or Path()
        try:
            secret = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as fault:
            why = getattr(fault, "strerror", None) or "it is not text"
            raise Unreachable(f"The password of this server's logon cannot be read from {file}: {why}.") from fault
        if not secret:
            raise Unreachable(f"The password of this server's logon is empty: {file}.")
        return secret

    def _check_not_rejected(self, secret: str) -> None:
        # Tried by every login, a wrong password would have the logon revoked within seconds, and the right one would not help
        # any more.
        rejected = self._rejected
        if rejected is not None and rejected[0] == secret and time.monotonic() < rejected[1]:
            raise Unreachable(
                f"The directory did not accept the password of this server's logon {self._logon}. It is not tried again"
                f" before {self._file} holds another, or {_PAUSE_SECONDS / 60:g} minutes are over."
            )
