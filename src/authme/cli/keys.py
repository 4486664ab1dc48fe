"""`authme keys`: the signing keys."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from authme.cli.output import Json, in_office, show, show_table
from authme.clients.model import SigningAlgorithm
from authme.keys import rotate as rotate_keys
from authme.keys.list import list_keys

app = typer.Typer(help="Signing keys.", no_args_is_help=True)


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the keys: which sign, which come next, which are kept until their last token is dead."""
    keys = in_office(lambda server: list_keys(server.database.reader()))
    rows = [
        {
            "kid": key.kid,
            "alg": key.alg,
            "state": key.state,
            "createdAt": shown_time(key.created_at),
            "activatedAt": shown_time(key.activated_at),
            "retiredAt": shown_time(key.retired_at),
            "deleteAfter": shown_time(key.delete_after),
        }
        for key in keys
    ]
    show_table(rows, as_json=as_json)


@app.command()
def rotate(
    alg: Annotated[SigningAlgorithm | None, typer.Option(help="Only the keys of this algorithm.")] = None,
    as_json: Json = False,
) -> None:
    """Let the published next keys sign, and publish new ones."""
    kids = in_office(lambda server: server.run(lambda ctx: rotate_keys(ctx, alg)))
    show({"signing": kids}, as_json=as_json, text="\n".join(f"Now signing: {kid}" for kid in kids))


def shown_time(at_ms: int | None) -> str | None:
    """Return a time as people and programs read it."""
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
