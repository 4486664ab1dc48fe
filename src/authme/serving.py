"""The HTTP server's processes.

Worker processes are copies of the one that `authme serve` made everything ready in, so that they are ready at once.
"""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from authme.app import Server, make_application, make_server
from authme.certificates.roots import read_anchors
from authme.kernel import logs
from authme.kernel.http import API
from authme.kernel.logs import library_logging
from authme.kernel.tls_port import Bounds, TlsPort, asking_context
from authme.master_key import load_master_key
from authme.settings import Settings, SettingsInvalid, load

STOP_SECONDS = 10
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_TURNS_UNTIL_SERVING = 100
_FINISH_SECONDS = 5
_TLS_LOGIN = f"{API}/user-identities/digital-certificate/tls-login"


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


def check_address(host: str, port: int, *, named: str = "AUTHME_PORT") -> None:
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
        raise SettingsInvalid([f"AUTHME_HOST, {named}: {host}:{port}: {error.strerror or error}."]) from error


def check_certificate_port(settings: Settings) -> None:
    """Raise SettingsInvalid if the port for certificates cannot be opened: its address, its certificate, its authorities."""
    if certificate_port(settings, None) is not None:
        check_address(settings.server.host, settings.certificates.certificate_port, named="AUTHME_CERTIFICATE_PORT")


def worker_application() -> Any:
    """Return the application of one worker process, by the settings of the environment. For the HTTP server to call."""
    settings = load(os.environ)
    logs.configure(settings.logs.log_level, settings.logs.log_format)
    server = make_server(settings, load_master_key(settings.database))
    worker = _Worker(server)
    application = make_application(server, lifecycle=worker)
    worker.certificate_port = certificate_port(settings, application)
    return application


def certificate_port(settings: Settings, application: Any) -> TlsPort | None:
    """Return the port on which callers show a certificate, not yet open; None without that setting. Raises SettingsInvalid.

    It serves the login by that certificate and nothing else.
    """
    server, certificates = settings.server, settings.certificates
    if not certificates.certificate_port or server.tls_certificate is None or server.tls_key is None:
        return None
    anchors = read_anchors(certificates.certificate_roots, datetime.now(UTC))
    authorities = [one.certificate.public_bytes(Encoding.DER) for one in (*anchors.roots, *anchors.intermediates)]
    try:
        context = asking_context(server.tls_certificate, server.tls_key, authorities)
    except OSError as error:
        raise SettingsInvalid(
            [f"AUTHME_TLS_CERTIFICATE, AUTHME_TLS_KEY: cannot be used: {error.strerror or error}."]
        ) from error
    return TlsPort(
        application, "POST", _TLS_LOGIN, context=context, host=server.host, port=certificates.certificate_port,
        bounds=Bounds(body=server.body_limit),
    )  # fmt: skip


class _Worker:
    """A worker process from its start to its end, which a SIGTERM reaches whenever it is sent.

    SIGTERM waits from before the process is made until it serves. Without that it is lost at two moments: when the process does
    not have handlers of its own yet, and between the two runs of the event loop that start it and that serve.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.certificate_port: TlsPort | None = None
        self._listening: asyncio.Task[None] | None = None

    async def process_startup(self, scope: Any, event: Any) -> None:
        await self._server.process_startup(scope, event)
        if self.certificate_port is not None:
            await self.certificate_port.open()
        self._listening = asyncio.create_task(self._listen())

    async def process_shutdown(self, scope: Any, event: Any) -> None:
        if self.certificate_port is not None:
            await self.certificate_port.close(_FINISH_SECONDS)
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
