"""`authme apikey`: the keys by which applications prove that they are a client."""

from datetime import datetime
from typing import Annotated

import typer

from authme.api_keys.create import ApiKeyDraft
from authme.api_keys.create import create as create_key
from authme.api_keys.list import list_all
from authme.api_keys.remove import remove as remove_key
from authme.api_keys.rotate import rotate_to_new
from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, fail, in_office, show, show_table
from authme.kernel.ids import is_id
from authme.kernel.wire import Id, LongText, Moment

app = typer.Typer(help="API keys of clients.", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(metavar="API_KEY_ID", help="24 hex digits.")]


@app.command()
def create(
    client_id: Annotated[str, typer.Option("--client-id", help="The client that the key proves.")],
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    expires_at: Annotated[
        str | None, typer.Option("--expires-at", help="When it ends, as 2030-01-31T00:00:00Z; never without.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an API key. It is shown this once."""
    ends: datetime | None = checked("--expires-at", expires_at, Moment)
    draft = ApiKeyDraft(
        client_id=checked("--client-id", client_id, Id),
        description=checked("--description", description, LongText),
        expires_at=ends,
    )
    made, key = in_office(lambda server: server.run(lambda ctx: create_key(ctx, draft)))
    _show_once(made.id, key, as_json=as_json)


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the API keys."""
    keys = in_office(lambda server: list_all(server.database.reader()))
    show_table(
        [
            {
                "apiKeyId": key.id,
                "clientId": key.client_id,
                "appId": key.app_id,
                "description": key.description,
                "lastFour": key.last_four,
                "expiresAt": shown_time(key.expires_at),
                "lastUsedAt": shown_time(key.last_used_at),
                "createdAt": shown_time(key.created_at),
            }
            for key in keys
        ],
        as_json=as_json,
    )


@app.command()
def rotate(key_id: KeyId, as_json: Json = False) -> None:
    """Replace an API key by a new one, which is shown this once; the old one stays good for the overlap."""
    _check(key_id)
    key = in_office(lambda server: server.run(lambda ctx: rotate_to_new(ctx, key_id)))
    _show_once(key_id, key, as_json=as_json)


@app.command()
def remove(key_id: KeyId, as_json: Json = False) -> None:
    """Remove an API key: it is refused at once."""
    _check(key_id)
    in_office(lambda server: server.run(lambda ctx: remove_key(ctx, key_id)))
    show({"apiKeyId": key_id, "status": "REMOVED"}, as_json=as_json, text="Removed.")


def _show_once(key_id: str, key: str, *, as_json: bool) -> None:
    show(
        {"apiKeyId": key_id, "apiKey": key},
        as_json=as_json,
        text=f"api key id  {key_id}\napi key     {key}\n\nThe key is not kept and cannot be shown again.",
    )


def _check(key_id: str) -> None:
    if not is_id(key_id):
        fail("an API key id has 24 hex digits")
