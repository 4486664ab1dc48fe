"""The socket over which slapd asks what stands behind it (slapd-sock(5)), and which answers as RACF does."""

import base64
import re
import socketserver
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from support.slapd_racf import Racf, Reply, Values

_UNSAFE = re.compile(r"^[ :<]|[^\x20-\x7e]| $")
_HEADS = frozenset({"msgid", "binddn", "connid", "suffix", "dn", "base"})


class Behind(socketserver.ThreadingUnixStreamServer):
    """Answers at a path while it is entered; slapd connects anew for each operation."""

    daemon_threads = True

    def __init__(self, path: Path, racf: Racf) -> None:
        super().__init__(str(path), _Conversation)
        self.racf = racf

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Slapd was killed while it waited: that is what the test is about."""


class _Conversation(socketserver.StreamRequestHandler):
    server: Behind

    def handle(self) -> None:
        lines: list[str] = []
        while (line := self.rfile.readline().decode()) not in {"", "\n"}:
            lines.append(line.rstrip("\n"))
        if not lines or lines[0] == "UNBIND":
            return
        operation, heads, values = _read(lines)
        name = heads.get("dn") or heads.get("base", "")
        reply = self.server.racf.do(operation, name, heads.get("binddn", ""), values)
        self.wfile.write(_written(name, reply).encode())


def _read(lines: list[str]) -> tuple[str, dict[str, str], Values]:
    heads: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for line in "\n".join(lines[1:]).replace("\n ", "").split("\n"):
        key, _, value = line.partition(":")
        text = base64.b64decode(value[2:]).decode() if value.startswith(": ") else value.removeprefix(" ")
        if key in _HEADS:
            heads[key] = text
        elif key not in {"add", "delete", "replace", "-"}:
            values.setdefault(key, []).append(text)
    return lines[0], heads, values


def _written(name: str, reply: Reply) -> str:
    lines = []
    if reply.entry is not None:
        lines = [_pair("dn", name), *(_pair(key, value) for key, some in reply.entry.items() for value in some), ""]
    return "\n".join([*lines, "RESULT", f"code: {reply.code}", "matched:", f"info:{reply.info}", ""])


def _pair(key: str, value: str) -> str:
    return f"{key}:: {base64.b64encode(value.encode()).decode()}" if _UNSAFE.search(value) else f"{key}: {value}"
