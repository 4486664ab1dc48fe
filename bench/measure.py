"""What the benchmarks share: servers on one core, load from another process, medians of interleaved rounds."""

import base64
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
BIN = Path(sys.executable).parent
SERVER_CORE, LOAD_CORE = 0, (os.cpu_count() or 1) - 1


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(database_url: str, **changes: object) -> dict[str, str]:
    """Return the environment of a server with the settings it has by default, and no limit on failures."""
    chosen: dict[str, object] = {
        "DATABASE_URL": database_url,
        "MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "ISSUER": "http://127.0.0.1:8080",
        "LOG_LEVEL": "warning",
        "NAME_FAILURES": 1000,
        "CODES_SENT": 100_000,
        "NETWORK_FAILURES": 10**9,
        "CLIENT_FAILURES": 10**9,
    }
    return {f"AUTHME_{name}": str(value) for name, value in (chosen | changes).items()}


@contextlib.contextmanager
def process(command: list[object], env: Mapping[str, str], cores: set[int], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program on these cores; end it afterwards, by its process id."""
    with log.open("ab") as opened:
        running = subprocess.Popen(
            [str(word) for word in command],
            env=os.environ | env,
            stdout=opened,
            stderr=opened,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509  # no thread of ours holds a lock that the child needs
            cwd=ROOT,
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


def wait_for(port: int, running: "subprocess.Popen[bytes]", log: Path, path: str = "/readyz") -> None:
    """Wait until the server answers."""
    give_up_at = time.monotonic() + 60
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() < give_up_at and running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as opened:
            opened.sendall(request)
            if b" 200 " in opened.recv(64) or path != "/readyz":
                return
        time.sleep(0.01)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def server(env: Mapping[str, str], folder: Path, *, cores: set[int] | None = None) -> Iterator[int]:
    """Run `authme serve`; yield its port."""
    port, log = free_port(), folder / "server.log"
    with process([BIN / "authme", "serve", "--port", port], env, cores or {SERVER_CORE}, log) as running:
        wait_for(port, running, log)
        yield port


@contextlib.contextmanager
def application(name: str, env: Mapping[str, str], folder: Path) -> Iterator[int]:
    """Run an application of `bench/applications.py` on the same HTTP server; yield its port."""
    port, log = free_port(), folder / f"{name}.log"
    with process([sys.executable, ROOT / "bench" / "applications.py", name, port], env, {SERVER_CORE}, log) as running:
        wait_for(port, running, log, "/")
        yield port


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder for one benchmark's databases."""
    with tempfile.TemporaryDirectory(prefix="authme-bench-") as made:
        yield Path(made)


@contextlib.contextmanager
def postgres(**server_settings: str) -> Iterator[str]:
    """Run a PostgreSQL that syncs every write; yield the URL of a database with the schema."""
    from support.postgres import find_binaries, running  # noqa: PLC0415

    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    with running(binaries, fsync=True, **server_settings) as url:
        environment = os.environ | settings(url)
        subprocess.run([BIN / "authme", "migrate"], env=environment, check=True, capture_output=True)
        yield url


def request(path: str, *, method: str = "POST", body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def basic(name: str, secret: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


@dataclass(frozen=True)
class Load:
    """Requests for one server: connection n sends request n again and again."""

    port: int
    requests: list[bytes]
    expect: int = 200
    follow: str | None = None
    """A member of the answer that replaces `{}` in the next request (the successor of a refresh token)."""
    series: list[list[str]] | None = None
    """For each connection the values that replace `{}`, one a request."""

    def rate(self, seconds: float) -> float:
        """Return answers per second; the load comes from another process on another core."""
        spec = {
            "port": self.port,
            "requests": [base64.b64encode(one).decode() for one in self.requests],
            "seconds": seconds,
            "expect": self.expect,
            "follow": self.follow,
            "series": self.series,
        }
        ended = subprocess.run(
            [sys.executable, ROOT / "bench" / "load.py"], input=json.dumps(spec), capture_output=True, text=True, check=False
        )
        if ended.returncode:
            raise RuntimeError(ended.stderr[-2000:])
        return float(json.loads(ended.stdout)["rate"])


def interleaved(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run each candidate in turn, `rounds` times over, after one round that does not count; return medians."""
    found: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds + 1):
        for name, run in candidates.items():
            value = run()
            if turn:
                found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}


async def median_of_rounds(candidates: Mapping[str, Callable[[], Awaitable[Any]]], rounds: int) -> dict[str, Any]:
    """Do the same with coroutines; where they return tuples, take the median of each place."""
    found: dict[str, list[Any]] = {name: [] for name in candidates}
    for turn in range(rounds + 1):
        for name, run in candidates.items():
            value = await run()
            if turn:
                found[name].append(value)
    return {
        name: tuple(map(statistics.median, zip(*values, strict=True)))
        if isinstance(values[0], tuple)
        else statistics.median(values)
        for name, values in found.items()
    }


def openssl_signatures(seconds: int = 1) -> float:
    """Return `openssl speed rsa2048` signatures per second on one core."""
    ended = subprocess.run(
        ["/usr/bin/openssl", "speed", "-mr", "-seconds", str(seconds), "rsa2048"],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),  # as above
    )
    # +F2:index:bits:seconds per signature:seconds per verification
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("+F2")]
    value = float(line.split(":")[3])
    return 1 / value if value < 1 else value


def table(head: list[str], rows: list[list[Any]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
