"""`authme outbox`: messages that are to be sent, and what could not be."""

from typing import Annotated

import typer

from authme.app import Server
from authme.cli.again import try_again
from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, in_office, show, show_table
from authme.kernel.wire import Id
from authme.notify.send import KIND
from authme.outbox.again import cancel as cancel_row
from authme.outbox.list import list_entries
from authme.outbox.model import Entry, State

app = typer.Typer(help="Messages on their way. Commands to the mainframe are shown by `authme legacy`.", no_args_is_help=True)

RowArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of a row, as `authme outbox list` shows it.")]


@app.command("list")
def list_command(
    state: Annotated[State | None, typer.Option(help="Only rows in this state.")] = None, as_json: Json = False
) -> None:
    """List the messages in the outbox, the oldest first: never an address, a code or a text.

    Commands to the mainframe are listed by `authme legacy queue`.
    """

    async def work(server: Server) -> list[Entry]:
        return [entry async for entry in list_entries(server.database.reader(), KIND, state=state)]

    rows = [
        {
            "id": entry.id,
            "kind": entry.kind,
            "channel": entry.channel,
            "state": entry.state,
            "attempts": entry.attempts,
            "createdAt": shown_time(entry.created_at),
            "dueAt": shown_time(entry.due_at) if entry.state == "PENDING" else None,
            "doneAt": shown_time(entry.done_at),
            "fault": entry.fault,
        }
        for entry in in_office(work)
    ]
    show_table(rows, as_json=as_json)


@app.command()
def retry(
    row_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The id of a row that failed.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every message that failed.")] = False,
    as_json: Json = False,
) -> None:
    """Have a row that failed tried again, for as long as a new one. A server that runs does it within a second or so."""
    try_again(KIND, row_id, every=every, as_json=as_json)


@app.command()
def cancel(row_id: RowArgument, as_json: Json = False) -> None:
    """Take back a row that waits or failed, and erase what is in it."""
    given = checked("ID", row_id, Id)
    in_office(lambda server: server.run(lambda ctx: cancel_row(ctx, KIND, given)))
    show({"id": given, "state": "CANCELLED"}, as_json=as_json, text="Taken back.")
