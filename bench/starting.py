"""How long the server takes to be ready, what memory a worker holds at rest, and how fast users are brought in."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bcrypt

from measure import BIN, folder, free_port, postgres, process, settings, table, wait_for


def started(env: dict[str, str], here: Path) -> tuple[float, float]:
    """Return seconds from the command to a ready server, and MiB of its worker process."""
    port, log = free_port(), here / "server.log"
    begun = time.perf_counter()
    with process([BIN / "authme", "serve", "--port", port], env, set(os.sched_getaffinity(0)), log) as running:
        wait_for(port, running, log)
        seconds = time.perf_counter() - begun
        time.sleep(0.5)
        (worker,) = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        return seconds, _mebibytes(worker)


def _mebibytes(pid: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def imported(env: dict[str, str], here: Path, users: int) -> float:
    """Return users per minute of an import with bcrypt hashes."""
    stored = bcrypt.hashpw(b"correct horse battery", bcrypt.gensalt(10)).decode()
    lines = ({"username": f"p{n}@example.com", "passwordHash": stored, "name": f"P {n}"} for n in range(users))
    return users / _spent(env, here, lines) * 60


def members_imported(env: dict[str, str], here: Path, memberships: int) -> float:
    """Return memberships per minute of an import with one of them in a line; their groups and users are there."""
    groups, users = memberships // 20, memberships // 10
    _spent(env, here, ({"username": f"m{n}@example.com", "userId": f"a{n:023x}"} for n in range(users)))
    _spent(env, here, ({"group": {"groupId": f"b{n:023x}", "name": f"G {n}"}} for n in range(groups)))
    lines = (
        {"members": {"groupId": f"b{n % groups:023x}", "users": [f"a{(n + n // users) % users:023x}"]}}
        for n in range(memberships)
    )
    return memberships / _spent(env, here, lines) * 60


def _spent(env: dict[str, str], here: Path, lines: Iterable[dict[str, Any]]) -> float:
    """Return seconds that the import of these lines takes."""
    file = here / "lines.jsonl"
    with file.open("w") as opened:
        written = sum(1 for line in lines if opened.write(json.dumps(line) + "\n"))
    begun = time.perf_counter()
    done = subprocess.run(
        [BIN / "authme", "import", file, "--json"], env=os.environ | env, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["imported"] == written
    return time.perf_counter() - begun


def run(*, quick: bool) -> str:
    """Return the table."""
    rounds, users = (2, 2_000) if quick else (7, 20_000)
    rows: list[list[Any]] = []
    with folder() as here, postgres() as url:
        # Whatever the environment says of it: an installation compiles its modules once.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(here / "compiled")}
        for engine, database_url in (("SQLite", f"sqlite:///{here}/authme.db"), ("PostgreSQL", url)):
            env = settings(database_url) | compiled
            first, _ = started(env, here)
            found = [started(env, here) for _ in range(rounds)]
            seconds = statistics.median(one[0] for one in found)
            memory = statistics.median(one[1] for one in found)
            rows.append([f"start to ready, {engine}", f"{seconds:.2f} s", "< 2 s"])
            if engine == "SQLite":
                rows.append(["first start, nothing compiled", f"{first:.2f} s", ""])
            rows.append([f"worker at rest, {engine}", f"{memory:.0f} MiB", "≤ 120 MB"])
            rows.append([f"import, {engine}", f"{imported(env, here, users):,.0f} users/min", "≥ 50,000/min"])
            members = members_imported(env, here, users)
            rows.append([f"import, one in a line, {engine}", f"{members:,.0f} memberships/min", "≥ 50,000/min"])
    return table(["what", "figure", "bar"], rows)


if __name__ == "__main__":
    import sys

    print(run(quick="--quick" in sys.argv))
