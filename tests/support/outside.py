"""A server of somebody else's, as a process of its own: it keeps what it is given as files and behaves as it is told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from support.postgres import free_port

Found = TypeVar("Found")


class Outside:
    """The process. Its program reads `behaviour.json` and writes one file into `kept` for each thing that it took."""

    program: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.kept = folder / "kept"
        self.kept.mkdir(parents=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.behave()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def behave(self, **behaviour: Any) -> None:
        """Let it behave so from now on; without anything, well."""
        draft = self.folder / "behaviour.draft"
        draft.write_text(json.dumps(behaviour))
        draft.rename(self.folder / "behaviour.json")

    def start(self) -> None:
        """Start it; return when it listens."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            program = Path(__file__).with_name(self.program)
            words = [sys.executable, program, self.folder, str(self.port), *self._options()]
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        wait_until(lambda: ready.exists() or self._process is None or self._process.poll() is not None, "it did not start")
        assert ready.exists(), (self.folder / "log").read_text()[-2000:]

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it take connections, as the machine does for it, and never answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def files(self) -> list[Path]:
        """Return what it took, the oldest first."""
        return [self.kept / name for name in sorted(self._names())]

    def count(self) -> int:
        """Return how many things it took."""
        return len(self._names())

    def _names(self) -> list[str]:
        # Not as paths: there may be ten thousand, and they are looked at again and again.
        with os.scandir(self.kept) as found:
            return [one.name for one in found if one.name.endswith(".json")]

    def _options(self) -> Sequence[str]:
        return ()

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(number)
            os.kill(process.pid, signal.SIGCONT)
            process.wait(10)


def wait_until(found: Callable[[], Found], otherwise: str, *, seconds: float = 10, every: float = 0.02) -> Found:
    """Return what is found once it is something, looking again and again; fail after so many seconds."""
    give_up_at = time.monotonic() + seconds
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > give_up_at:
            raise AssertionError(otherwise)
        time.sleep(every)
