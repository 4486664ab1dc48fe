"""`authme dev`: run the server with demo data."""

import os
from pathlib import Path

import typer

from authme.cli.demo import prepare_demo
from authme.cli.output import failing_clearly
from authme.cli.serve import Host, Port, run
from authme.kernel import logs
from authme.settings import load


def dev(host: Host = None, port: Port = None) -> None:
    """Run the server with SQLite under ./var and demo data, and print what to try. A second run keeps the data."""
    os.environ.setdefault("AUTHME_DATABASE_URL", "sqlite:///var/authme.db")
    os.environ.setdefault("AUTHME_LOG_LEVEL", "warning")
    os.environ.setdefault("AUTHME_LOG_FORMAT", "console")
    # Messages stay on this machine, and are shown.
    os.environ.setdefault("AUTHME_DEVELOPMENT", "true")
    for name, value in (("HOST", host), ("PORT", port)):
        if value is not None:
            os.environ[f"AUTHME_{name}"] = str(value)
    with failing_clearly():
        settings = load(os.environ)
        logs.configure(settings.logs.log_level, settings.logs.log_format)
        typer.echo(prepare_demo(settings, Path("var")))
    run()
