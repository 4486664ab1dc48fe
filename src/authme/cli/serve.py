"""`authme serve` and `authme dev`: run the server."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from authme import app as composition
from authme.cli.demo import prepare_demo
from authme.cli.output import failing_clearly
from authme.kernel import logs
from authme.settings import Settings, load

_STOP_SECONDS = 10
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

Host = Annotated[str | None, typer.Option(help="Address to listen on (AUTHME_HOST).")]
Port = Annotated[int | None, typer.Option(help="Port to listen on (AUTHME_PORT).")]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes (AUTHME_WORKERS).")] = None,
    database_url: Annotated[str | None, typer.Option(help="The database (AUTHME_DATABASE_URL).")] = None,
) -> None:
    """Run the server until SIGTERM or SIGINT; requests in flight are finished, for up to 10 seconds.

    A SQLite database is made or migrated first; a PostgreSQL database is not touched before `authme migrate`.
    """
    # Worker processes read the environment, so what was given here has to stand there.
    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers), ("DATABASE_URL", database_url)):
        if value is not None:
            os.environ[f"AUTHME_{name}"] = str(value)
    run()


def dev(host: Host = None, port: Port = None) -> None:
    """Run the server with SQLite under ./var and demo data, and print what to try. A second run keeps the data."""
    os.environ.setdefault("AUTHME_DATABASE_URL", "sqlite:///var/authme.db")
    os.environ.setdefault("AUTHME_LOG_LEVEL", "warning")
    os.environ.setdefault("AUTHME_LOG_FORMAT", "console")
    for name, value in (("HOST", host), ("PORT", port)):
        if value is not None:
            os.environ[f"AUTHME_{name}"] = str(value)
    with failing_clearly():
        settings = load(os.environ)
        logs.configure(settings.logs.log_level, settings.logs.log_format)
        typer.echo(prepare_demo(settings, Path("var")))
    run()


def run() -> None:
    """Serve by the settings of the environment."""
    with failing_clearly():
        settings = load(os.environ)
        logs.configure(settings.logs.log_level, settings.logs.log_format)
        asyncio.run(_make_ready(settings))
    # The worker processes share their metrics through this folder; it has to be named before they begin.
    folder = tempfile.mkdtemp(prefix="authme-metrics-")
    os.environ[_METRICS_FOLDER] = folder
    try:
        _serve(settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _make_ready(settings: Settings) -> None:
    """Migrate, and make the first keys, once, before several processes would."""
    async with composition.office(settings):
        pass


def _serve(settings: Settings) -> None:
    from granian import Granian  # noqa: PLC0415  # no other command needs the HTTP server
    from granian.constants import Interfaces, Loops  # noqa: PLC0415  # the same
    from granian.http import HTTP1Settings  # noqa: PLC0415  # the same
    from granian.log import LogLevels  # noqa: PLC0415  # the same

    server = settings.server
    Granian(
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
        ssl_cert=server.tls_certificate,
        ssl_key=server.tls_key,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=_STOP_SECONDS,
    ).serve()
