"""`authme legacy`: the mainframe's directories, and the commands to them."""

from typing import Annotated, Any

import typer

from authme.accounts.vouch_logon import vouch_logon
from authme.app import Server
from authme.cli.again import try_again
from authme.cli.embedded_logons import app as embedded_logons
from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, fail, in_office, show, show_table
from authme.kernel.wire import Id
from authme.legacy.commands import KIND
from authme.legacy.directories import Directories
from authme.legacy.logon import read_logon
from authme.legacy.queue import Queued, cancel_command, list_commands
from authme.legacy.show import Shown, find_shown
from authme.outbox.model import Entry, State

app = typer.Typer(help="The mainframe: its directories, and the commands to them.", no_args_is_help=True)
app.add_typer(embedded_logons, name="embedded")

CommandArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of a command, as `authme legacy queue` shows it.")]

LogonArgument = Annotated[str, typer.Argument(metavar="LOGON", help="A logon of the mainframe.")]


@app.command()
def queue(
    state: Annotated[State | None, typer.Option(help="Only commands in this state.")] = None, as_json: Json = False
) -> None:
    """List the commands, the oldest first: never a password, nor anything else of a person than the logon."""

    async def work(server: Server) -> list[Queued]:
        return [queued async for queued in list_commands(server.database.reader(), state=state)]

    show_table([{"id": one.entry.id, "logon": one.logon} | _row(one.entry) for one in in_office(work)], as_json=as_json)


@app.command()
def retry(
    row_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The id of a command that failed.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every command that failed.")] = False,
    as_json: Json = False,
) -> None:
    """Have a command that failed tried again, for as long as a new one. It undoes nothing that was ordered after it."""
    try_again(KIND, row_id, every=every, as_json=as_json)


@app.command()
def cancel(row_id: CommandArgument, as_json: Json = False) -> None:
    """Take back a command that waits or failed, and erase what is in it. Those after it go on."""
    given = checked("ID", row_id, Id)
    in_office(lambda server: server.run(lambda ctx: cancel_command(ctx, given)))
    show({"id": given, "state": "CANCELLED"}, as_json=as_json, text="Taken back.")


@app.command()
def check(as_json: Json = False) -> None:
    """Try each directory and say what is wrong with the way to it; exit code 1 if anything is."""

    async def work(server: Server) -> dict[str, list[str]]:
        return {name: await one.check() for name, one in server.parts.get(Directories).all.items()}

    found = in_office(work)
    lines = [f"{name}: {problem}" for name, problems in found.items() for problem in problems or ["in order"]]
    show(found, as_json=as_json, text="\n".join(lines))
    if any(found.values()):
        raise typer.Exit(1)


@app.command("show")
def show_command(logon: LogonArgument, as_json: Json = False) -> None:
    """Show whose a logon is, where it is, how it stands, and the commands to it of late."""
    given = _given(logon)
    found = in_office(lambda server: find_shown(server.database.reader(), given))
    if found is None:
        fail("the logon is nobody's here")
    value = _shown(found)
    if as_json:
        show(value, as_json=True)
        return
    commands = value.pop("commands")
    show(value, as_json=False, text="\n".join(f"{name}  {'' if is_ is None else is_}".rstrip() for name, is_ in value.items()))
    show_table(commands, as_json=False)


@app.command()
def link(
    logon: LogonArgument,
    user: Annotated[str, typer.Option("--user", help="The id of the user whose logon it is.")],
    take: Annotated[bool, typer.Option("--take", help="Take it from a user who merely has it as a name.")] = False,
    as_json: Json = False,
) -> None:
    """Say whose a logon is: it becomes a name of the user, and the first right legacy password links it to them."""
    given, user_id = _given(logon), checked("--user", user, Id)

    async def work(server: Server) -> bool:
        if server.parts.get(Directories).rules.name_for(given) is None:
            fail("LOGON: no directory has such logons")
        return await server.run(lambda ctx: vouch_logon(ctx, user_id, given, takes=take))

    is_linked = in_office(work)
    text = "It is linked." if is_linked else "The first right legacy password links it."
    show({"logon": given, "userId": user_id, "isLinked": is_linked}, as_json=as_json, text=text)


def _given(logon: str) -> str:
    given = read_logon(logon)
    if given is None:
        fail("LOGON: 1 to 8 letters, digits and #@$ are expected, the first not a digit")
    return given


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "directory": entry.channel,
        "command": entry.topic,
        "state": entry.state,
        "attempts": entry.attempts,
        "createdAt": shown_time(entry.created_at),
        "nextTryAt": shown_time(entry.due_at) if entry.state == "PENDING" else None,
        "doneAt": shown_time(entry.done_at),
        "fault": entry.fault,
    }


def _shown(found: Shown) -> dict[str, Any]:
    logon = found.logon
    return {
        "logon": logon.logon,
        "directory": logon.directory,
        "userId": logon.user_id,
        "status": found.status,
        "requestId": logon.request_id,
        "isRevoked": logon.is_revoked,
        "isPasswordPending": logon.has_password_pending,
        "isStandingPending": any(one.state == "PENDING" and one.topic in {"REVOKE", "RESUME"} for one in found.commands),
        "commands": [{"id": one.id} | _row(one) for one in found.commands],
    }
