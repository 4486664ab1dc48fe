"""The HTTP server's processes.

Worker processes are copies of the one that `authme serve` made everything ready in, so that they are ready at once.
"""

import os
import shutil
import signal
import tempfile
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from authme.kernel.logs import library_logging
from authme.settings import Settings, load

STOP_SECONDS = 10
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def main() -> None:
    """Serve by the settings of the environment until SIGTERM or SIGINT."""
    settings = load(os.environ)
    os.register_at_fork(after_in_child=_stop_while_starting)
    # The worker processes share their metrics through this folder; it has to be named before they begin.
    folder = tempfile.mkdtemp(prefix="authme-metrics-")
    os.environ[_METRICS_FOLDER] = folder
    try:
        _granian(settings).serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop_while_starting() -> None:
    """Let SIGTERM end a worker process that does not serve yet.

    A copy begins with the handlers of the process that it is a copy of, which would swallow the signal until its own are set.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # From a terminal it reaches every process; the first one passes it on as SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _granian(settings: Settings) -> Any:
    server = settings.server
    return Granian(
        "authme.app:serve_application",
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
