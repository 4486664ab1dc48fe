"""`authme serve`: run the server."""

import asyncio
import os
import sys
from typing import Annotated

import structlog
import typer

from authme import app as composition
from authme import serving
from authme.cli.output import failing_clearly
from authme.kernel import logs
from authme.notify.ways import waiting
from authme.settings import Settings, load

_log = structlog.get_logger(__name__)
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


def run() -> None:
    """Serve by the settings of the environment."""
    with failing_clearly():
        settings = load(os.environ)
        logs.configure(settings.logs.log_level, settings.logs.log_format)
        serving.check_address(settings.server.host, settings.server.port)
        serving.check_certificate_port(settings)
        asyncio.run(_make_ready(settings))
    for hint in waiting(settings):
        _log.warning("messages.wait", hint=hint)
    sys.stdout.flush()
    serving.main()


async def _make_ready(settings: Settings) -> None:
    """Migrate, and make the first keys, once, before several processes would."""
    async with composition.office(settings):
        pass
