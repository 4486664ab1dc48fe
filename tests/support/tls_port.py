"""Whoever calls the port for certificates: TLS by hand, and what is read of the answers."""

import asyncio
import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from authme.kernel.clock import Clock
from support.authority import Draft, Issued, distinguished, pem, root
from support.authority_keys import key_of


class Web:
    """The server's own certificate, and whoever trusts it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        now, authority = datetime.fromtimestamp(clock.now(), UTC), root("Web", clock)
        draft = Draft(
            subject=distinguished("server"),
            key=key_of("RSA-2048", "server"),
            not_before=now - timedelta(days=1),
            not_after=now + timedelta(days=30),
            purposes=(ExtendedKeyUsageOID.SERVER_AUTH,),
            policies=None,
            names=(x509.IPAddress(ip_address("127.0.0.1")),),
        )
        self.certificate, self.key = authority.issue(draft).write(folder, "server")
        self.authority = folder / "web.pem"
        self.authority.write_bytes(pem(authority.certificate))

    def trusting(self, files: tuple[Path, Path] | None = None) -> ssl.SSLContext:
        """Return a caller's context, with a certificate to show."""
        context = ssl.create_default_context(cafile=self.authority)
        if files:
            context.load_cert_chain(*files)
        return context


def write_leaf(issued: Issued, folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate without those above it."""
    return Issued(certificate=issued.certificate, key=issued.key).write(folder, name)


@contextmanager
def connected(port: int, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """Open a connection that is closed at the end."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=15) as opened,
        context.wrap_socket(opened, server_hostname="127.0.0.1") as shaken,
    ):
        yield shaken


def request(path: str, body: bytes = b"{}", *headers: str, method: str = "POST") -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Answers:
    """Reads one answer after the other from a connection."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._received = b""

    def next(self) -> tuple[int, Any]:
        """Return status and JSON of the next answer; raise EOFError when there is none."""
        while True:
            head, found, rest = self._received.partition(b"\r\n\r\n")
            length = int(match[1]) if (match := re.search(rb"(?i)content-length: (\d+)", head)) else 0
            if found and len(rest) >= length:
                self._received = rest[length:]
                status = int(head.split()[1])
                return status, json.loads(rest[:length]) if length else None
            more = self._connection.recv(65536)
            if not more:
                raise EOFError
            self._received += more


def is_over(connection: ssl.SSLSocket) -> bool:
    """Whether the other end closes the connection, and says nothing more."""
    try:
        return connection.recv(1) == b""
    except OSError:
        return True


async def apart(work: Any, *given: Any) -> Any:
    """Do what blocks in a thread."""
    return await asyncio.to_thread(work, *given)
