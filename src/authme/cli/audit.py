"""`authme audit`: the record of who did what."""

from typing import Annotated

import typer

from authme.app import Server
from authme.audit import Sealer
from authme.audit.export import export as export_events
from authme.audit.verify import verify as verify_seals
from authme.cli.output import Json, fail, in_office, show

app = typer.Typer(help="The audit.", no_args_is_help=True)
