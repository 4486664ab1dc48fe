"""`authme audit`: the record of who did what."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from authme.app import Server
from authme.audit import Sealer
from authme.audit.export import export as export_events
from authme.audit.seal import seal
from authme.audit.sealer import Head
from authme.audit.verify import Fault, Verification
from authme.audit.verify import verify as verify_seals
from authme.cli.output import Json, fail, in_office, show

app = typer.Typer(help="The audit.", no_args_is_help=True)

_Time = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"], help="A date, or a time with its zone.")
]


@app.command()
def verify(
    expect_head: Annotated[
        str | None, typer.Option(help="NUMBER:HEX that an earlier run printed and that was noted elsewhere.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare the record with its seals; exit code 1 if anything was changed."""
    try:
        expected = Head.parse(expect_head) if expect_head else None
    except ValueError as error:
        fail(str(error))

    async def work(server: Server) -> Verification:
        # What was written before this command is then under a seal.
        await server.run(seal)
        return await verify_seals(server.database, server.parts.get(Sealer), expected=expected)

    found = in_office(work)
    problems = [f"seal {fault.seal}: {fault.problem}{_rows(fault)}" for fault in found.faults]
    shown = {
        "sound": found.is_sound,
        "seals": found.seals,
        "sealedRows": found.sealed_rows,
        "unsealedRows": found.unsealed_rows,
        "head": str(found.head),
        "faults": [{"seal": fault.seal, "problem": fault.problem, "rows": fault.rows} for fault in found.faults],
    }
    lines = [
        f"{found.sealed_rows} rows under {found.seals} seals, {found.unsealed_rows} not sealed yet.",
        f"Head: {found.head}",
        *problems,
        "The record is sound." if found.is_sound else "The record was changed.",
    ]
    show(shown, as_json=as_json, text="\n".join(lines))
    if not found.is_sound:
        raise typer.Exit(1)


@app.command()
def export(
    since: _Time = None,
    until: _Time = None,
    user: Annotated[str | None, typer.Option(help="Only what this user id did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, as user.locked.")] = None,
    as_json: Json = False,  # noqa: ARG001  # the export is JSON lines with and without
) -> None:
    """Write the record to standard output, one JSON object a line."""

    async def work(server: Server) -> None:
        async for line in export_events(server.database, since=_zoned(since), until=_zoned(until), user=user, action=action):
            sys.stdout.buffer.write(line)

    in_office(work)


def _rows(fault: Fault) -> str:
    return f" (rows {', '.join(map(str, fault.rows))})" if fault.rows else ""


def _zoned(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
