"""The HTTP server's processes.

Worker processes are copies of the one that `authme serve` made everything ready in, so that they are ready at once.
"""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from authme.app import Server, make_application, make_server
from authme.kernel import logs
from authme.kernel.logs import library_logging
from authme.master_key import load_master_key
from authme.settings import Settings, SettingsInvalid, load

STOP_SECONDS = 10
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_TURNS_UNTIL_SERVING = 100


def main() -> None:
    """Serve by the settings of the environment until SIGTERM or SIGINT."""
    settings = load(os.environ)
    os.register_at_fork(before=_hold_sigterm, after_in_parent=_let_sigterm_in, after_in_child=_begin_worker)
    # The worker processes share their metrics through this folder; it has to be named before they begin.
    folder = tempfile.mkdtemp(prefix="authme-metrics-")
    os.environ[_METRICS_FOLDER] = folder
    try:
        _granian(settings).serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_address(host: str, port: int) -> None:
    """Raise SettingsInvalid if nobody can listen here, or somebody does.

    Sockets of one system user may share a port: without this, a second server would start and take half of the requests.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            # What was closed a moment ago is no obstacle, what listens is.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsInvalid([f"AUTHME_HOST, AUTHME_PORT: {host}:{port}: {error.strerror or error}."]) from error


def worker_application() -> Any:
    """Return the application of one worker process, by the settings of the environment. For the HTTP server to call."""
    settings = load(os.environ)
    logs.configure(settings.logs.log_level, settings.logs.log_format)
    server = make_server(settings, load_master_key(settings.database))
    return make_application(server, lifecycle=_Worker(server))


class _Worker:
    """A worker process from its start to its end, which a SIGTERM reaches whenever it is sent.

    SIGTERM waits from before the process is made until it serves. Without that it is lost at two moments: when the process does
    not have handlers of its own yet, and between the two runs of the event loop that start it and that serve.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._listening: asyncio.Task[None] | None = None

    async def process_startup(self, scope: Any, event: Any) -> None:
        await self._server.process_startup(scope, event)
        self._listening = asyncio.create_task(self._listen())

    async def process_shutdown(self, scope: Any, event: Any) -> None:
        await self._server.process_shutdown(scope, event)

    async def _listen(self) -> None:
        # The run that starts the process ends a few turns after its startup; later turns are those of the run that serves.
        for _ in range(_TURNS_UNTIL_SERVING):
            await asyncio.sleep(0)
        _let_sigterm_in()


def _hold_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _let_sigterm_in() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _begin_worker() -> None:
    # From a terminal it reaches every process; the first one passes it on as SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _granian(settings: Settings) -> Any:
    server = settings.server
    return Granian(
        "authme.serving:worker_application",
        factory=True,
        interface=Interfaces.ASGI,
        address=server.host,
        port=server.port,
        workers=server.workers,
        loop=Loops.uvloop,
        websockets=False,
        backlog=2048,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels(settings.logs.log_level),
        log_dictconfig=library_logging(settings.logs.log_level, settings.logs.log_format),
        ssl_cert=server.tls_certificate,
        ssl_key=server.tls_key,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
    )
