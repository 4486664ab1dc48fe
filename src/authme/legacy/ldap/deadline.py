"""The time by which a call must be over, whatever the other side does."""

import select
import socket
import ssl
import time


class Deadline:
    """So many seconds from now, for everything that a call does together."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._at

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Wire:
    """A socket as ldap3 uses one, each step of which ends by the deadline.

    A time-out of the socket alone would begin anew with each byte that a slow server sends.
    """

    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self._inner = inner
        self.deadline = deadline

    @property
    def is_secured(self) -> bool:
        """Whether TLS runs on it."""
        return isinstance(self._inner, ssl.SSLSocket)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Run TLS from here on; the certificate has to be valid and for this host."""
        self._inner.settimeout(self.deadline.left())
        self._inner = context.wrap_socket(self._inner, server_hostname=host)

    def recv(self, size: int) -> bytes:
        """Return what comes next, nothing if the other side closed."""
        self._inner.settimeout(self.deadline.left())
        return self._inner.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send everything."""
        self._inner.settimeout(self.deadline.left())
        self._inner.sendall(data)

    def is_quiet(self) -> bool:
        """Whether nothing came while nobody asked: else the other side closed, or said that it will."""
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        return not poll.poll(0)

    def shutdown(self, how: int) -> None:
        """Close both directions, as ldap3 asks before it closes."""
        self._inner.shutdown(how)

    def close(self) -> None:
        """Close the socket."""
        self._inner.close()
