"""The way to a directory: its addresses, a connection, and TLS with a certificate that is checked for its name."""

import contextlib
import functools
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from ldap3 import NONE, SIMPLE, Connection, Server
from ldap3.core.exceptions import LDAPException

from authme.legacy.directory import Unreachable
from authme.legacy.ldap.deadline import Deadline, Wire
from authme.legacy.ldap.line import Line
from authme.legacy.ldap.outcomes import SUCCESS, Answer, said_by
from authme.settings.legacy import LdapDirectory

_PORTS: Final = {"ldaps": 636, "ldap": 389}
_START_TLS: Final = "1.3.6.1.4.1.1466.20037"  # RFC 4511 section 4.14


class Way:
    """Connects; every step that fails raises Unreachable with what is wrong, in plain words.

    ldap3's own TLS is not used: it compares names by a function that Python dropped, after a handshake without a name.
    """

    def __init__(self, given: LdapDirectory) -> None:
        parts = urlsplit(given.url)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._starts_with_tls = parts.scheme == "ldaps"
        self._ca_file = given.ca_file
        self._where = f"{self._host}:{self._port}"

    def open(self, deadline: Deadline) -> Line:
        """Return a connection over which TLS runs, bound as nobody."""
        connection = self._connect(deadline)
        wire = Wire(connection.socket, deadline)
        connection.socket = wire
        try:
            if not self._starts_with_tls:
                self._start_tls(connection, deadline)
            self._secure(wire)
            return Line(connection, wire)
        except BaseException:
            with contextlib.suppress(Exception):
                wire.close()
            raise

    def _connect(self, deadline: Deadline) -> Connection:
        why = "it has no address"
        for address in self._addresses():
            if deadline.is_over:
                break
            server = Server(address, self._port, use_ssl=False, get_info=NONE, connect_timeout=deadline.left())
            connection = Connection(server, authentication=SIMPLE, auto_referrals=False, check_names=False)
            try:
                connection.open(read_server_info=False)
            except (LDAPException, OSError) as fault:
                why = _reason(fault)
                if connection.socket is not None:
                    connection.socket.close()  # ldap3 leaves it open
            else:
                return connection
        if deadline.is_over:
            why = f"nothing answered within {deadline.seconds:g} seconds"
        raise Unreachable(f"There is no connection to {self._where}: {why}.")

    def _addresses(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as fault:
            raise Unreachable(f"The name {self._host} is not found: {_reason(fault)}.") from fault
        return list(dict.fromkeys(str(one[4][0]) for one in found))

    def _start_tls(self, connection: Connection, deadline: Deadline) -> None:
        try:
            connection.extended(_START_TLS)
        except Exception as fault:
            # Whatever comes from outside and cannot be read ends in one exception of ldap3 or another.
            why = f"no answer within {deadline.seconds:g} seconds" if deadline.is_over else "the connection broke"
            raise Unreachable(f"StartTLS with {self._where} did not come about: {why}.") from fault
        answer = Answer(int(connection.result["result"]), "")
        if answer.code != SUCCESS:
            raise Unreachable(f"The server at {self._where} refuses StartTLS: {said_by(answer)}.")

    def _secure(self, wire: Wire) -> None:
        try:
            wire.secure(self._context, self._host)
        except ssl.SSLCertVerificationError as fault:
            raise Unreachable(f"The certificate of {self._where} is not accepted: {fault.verify_message}.") from fault
        except (OSError, ValueError) as fault:
            why = f"no answer within {wire.deadline.seconds:g} seconds" if wire.deadline.is_over else _reason(fault)
            raise Unreachable(f"TLS with {self._where} did not come about: {why}.") from fault

    @functools.cached_property
    def _context(self) -> ssl.SSLContext:
        """Its defaults ask for a valid certificate that is for the host; nothing here changes them."""
        return ssl.create_default_context(cafile=self._ca_file)


def _reason(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLError) and fault.reason:
        return fault.reason.replace("_", " ").lower()
    return (getattr(fault, "strerror", None) or str(fault) or type(fault).__name__).rstrip(".")
