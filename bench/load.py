"""The load of a benchmark, in a process of its own: keep-alive connections that each wait for one answer at a time."""

import asyncio
import base64
import contextlib
import json
import os
import re
import sys
import time
from typing import Any

import uvloop

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, spec: dict[str, Any], template: bytes, counts: list[int]) -> None:
        self._template = template
        self._counts = counts
        self._status = str(spec["expect"]).encode()
        follow = spec["follow"]
        self._follow = re.compile(rb'"' + follow["name"].encode() + rb'":"([^"]*)"') if follow else None
        self._first = follow["first"].encode() if follow else b""
        # Values that were prepared are sent one after the other; the connection rests when they are used up.
        self._series = iter(spec["series"] or [])
        self._has_series = bool(spec["series"])
        self._received = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self._transport = transport
        self._send(next(self._series).encode() if self._has_series else self._first)

    def _send(self, value: bytes) -> None:
        has_place = self._follow or self._has_series
        self._transport.write(self._template.replace(b"{}", value, 1) if has_place else self._template)

    def data_received(self, data: bytes) -> None:
        """Send the next request when the answer is whole."""
        received = self._received = self._received + data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(received, 0, end + 2)
        if len(received) < end + 4 + (int(length[1]) if length else 0):
            return
        self._received = b""
        if received[9:12] != self._status:
            self.ended.set_exception(RuntimeError(received.decode(errors="replace")))
            return
        self._counts[0] += 1
        value = b""
        if self._has_series:
            prepared = next(self._series, None)
            if prepared is None:
                return
            value = prepared.encode()
        elif self._follow:
            found = self._follow.search(received, end)
            value = found[1] if found else b""
        self._send(value)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; nothing here closes a connection before the time is over."""
        if not self.ended.done():
            self.ended.set_exception(exc or RuntimeError("the server closed the connection"))


async def main(spec: dict[str, Any]) -> float:
    counts, callers, loop = [0], [], asyncio.get_running_loop()
    for position, encoded in enumerate(spec["requests"]):
        template = base64.b64decode(encoded)
        one = dict(spec)
        one["series"] = spec["series"][position] if spec["series"] else None
        if spec["follow"]:
            # The first value stands before the template, apart from it by a NUL.
            first, _, template = template.partition(b"\0")
            one["follow"] = {"name": spec["follow"], "first": first.decode()}
        caller = Caller(one, template, counts)
        callers.append(caller)
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", spec["port"])
    await asyncio.sleep(min(0.3, spec["seconds"] / 4))
    before, started = counts[0], time.perf_counter()
    done, _ = await asyncio.wait([caller.ended for caller in callers], timeout=spec["seconds"])
    rate = (counts[0] - before) / (time.perf_counter() - started)
    for caller in done:
        caller.result()
    return rate


if __name__ == "__main__":
    with contextlib.suppress(AttributeError):
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
    print(json.dumps({"rate": uvloop.run(main(json.load(sys.stdin)))}))
    sys.stdout.flush()
    os._exit(0)
