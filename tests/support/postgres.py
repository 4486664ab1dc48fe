"""A PostgreSQL server of the tests' own, from installed binaries."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it
_ROOM = 4 << 30


def find_binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, the newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _folder(*, in_memory: bool) -> Path:
    """Make a folder for a server; in memory if asked for, where there is some.

    A database is hundreds of small files: to copy one in memory takes 10 ms, on some disks 200.
    """
    if in_memory and _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
        return Path(tempfile.mkdtemp(prefix="authme-postgres-", dir=_MEMORY))
    return Path(tempfile.mkdtemp(prefix="authme-postgres-"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(binaries: Path, *, fsync: bool = False, **settings: str) -> Iterator[str]:
    """Run a server in a temporary folder, with these settings; yield the URL of its `postgres` database.

    One that syncs what it writes has it on the disk.
    """
    # The server refuses to run as root, so then it runs as the account that its package made.
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    as_account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    folder = _folder(in_memory=not fsync)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data, port = folder / "data", free_port()
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "authme", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **as_account,
        )  # fmt: skip
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", f"unix_socket_directories={folder}"]
        options += ["-c", f"fsync={'on' if fsync else 'off'}", "-c", "max_connections=200"]
        for name, value in settings.items():
            options += ["-c", f"{name}={value}"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=folder, **as_account
            )
        try:
            _wait_for(binaries / "pg_isready", port, server)
            yield f"postgresql://authme@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()  # smart shutdown would wait for clients; SIGINT below does not
            server.send_signal(2)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(is_ready: Path, port: int, server: "subprocess.Popen[bytes]") -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and server.poll() is None:
        # A port that is open is not enough: the server listens a moment before it takes connections.
        if subprocess.run([is_ready, "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
