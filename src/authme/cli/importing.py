"""`authme user import`: users with the password hashes that they have elsewhere."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from authme.app import Server
from authme.cli.output import Json, in_office, show
from authme.users.bring_in import Outcome, bring_in, read_line

_BATCH = 500


def import_users(
    file: Annotated[Path, typer.Argument(help="JSON lines; see docs/operating/import.md.", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Import users from JSON lines. Users that are there already are skipped, so that a broken-off import is run again.

    Lines that cannot be taken are named by number; the others are imported. Exit code 1 if there are any.
    """
    size = file.stat().st_size
    outcome = in_office(lambda server: _import(server, file, size))
    for number, problem in outcome.problems:
        typer.echo(f"{file}:{number}: {problem}", err=True)
    show(
        {
            "imported": outcome.imported,
            "skipped": outcome.skipped,
            "failed": [{"line": number, "message": problem} for number, problem in outcome.problems],
        },
        as_json=as_json,
        text=f"{outcome.imported} imported, {outcome.skipped} there already, {len(outcome.problems)} not taken.",
    )
    if outcome.problems:
        raise typer.Exit(1)


async def _import(server: Server, file: Path, file_size: int) -> Outcome:
    from rich.console import Console  # noqa: PLC0415  # no other command draws anything
    from rich.progress import Progress  # noqa: PLC0415

    total = Outcome()
    with Progress(console=Console(file=sys.stderr), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Importing", total=file_size)
        for size, lines in _batches(file):
            drafts = []
            for number, line in lines:
                try:
                    drafts.append((number, read_line(line.decode())))
                except UnicodeDecodeError:
                    total.problems.append((number, "the line is not UTF-8"))
                except ValueError as error:
                    total.problems.append((number, str(error)))
            total.add(await bring_in(server.run, drafts))
            progress.advance(task, size)
    total.problems.sort()
    return total


def _batches(file: Path) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    """Yield lines with their numbers, and how many bytes they are."""
    size, lines = 0, []
    with file.open("rb") as opened:
        for number, line in enumerate(opened, start=1):
            size += len(line)
            if line.strip():
                lines.append((number, line.removeprefix(BOM_UTF8) if number == 1 else line))
            if len(lines) == _BATCH:
                yield size, lines
                size, lines = 0, []
    if lines:
        yield size, lines
