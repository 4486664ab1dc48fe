"""A real server: `authme serve` in processes of its own, on a port of its own."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from support.postgres import free_port

AUTHME = Path(sys.executable).with_name("authme")


class Serving:
    """A running server."""

    def __init__(self, env: dict[str, str], log: Path, *options: str) -> None:
        self.port = int(env.get("AUTHME_PORT", "0")) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._issuer = {"AUTHME_ISSUER": "http://127.0.0.1:8080"}
        with log.open("ab") as opened:
            self.process = subprocess.Popen(
                [AUTHME, "serve", "--port", str(self.port), *options],
                env=os.environ | self._issuer | env,
                stdout=opened,
                stderr=opened,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float = 30) -> None:
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=1).status_code == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(f"the server did not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> float:
        """Ask it to stop; return the seconds that it took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        return time.monotonic() - started

    def kill(self) -> None:
        """Take the power away from all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)


@contextlib.contextmanager
def serving(env: dict[str, str], folder: Path, *options: str) -> Iterator[Serving]:
    """Run a server; stop it at the end, whatever happens."""
    server = Serving(env, folder / "server.log", *options)
    try:
        server.wait_until_ready()
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()
