"""`authme import`: users with the password hashes that they have elsewhere, roles, groups, and who is in them."""

import sys
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from authme.accesses.bring_in import bring_in_members, read_members
from authme.app import Server
from authme.cli.output import Json, in_office, show
from authme.groups.bring_in import bring_in_groups
from authme.groups.bring_in_lines import read_group, read_role
from authme.groups.bring_in_roles import bring_in_roles
from authme.users import bring_in as users
from authme.users.bring_in import Outcome, Run

_BATCH = 500
_Drafts = Sequence[tuple[int, Any]]
# The first word of a line says what it is about; any other line is a user. Of each batch they are brought in in this order,
# each after all that it may name.
_KINDS: dict[str, tuple[Callable[[str], Any], Callable[[Run, _Drafts], Awaitable[Outcome]]]] = {
    "role": (read_role, bring_in_roles),
    "user": (users.read_line, users.bring_in),
    "group": (read_group, bring_in_groups),
    "members": (read_members, bring_in_members),
}


_ABSENT = msgspec.Raw()


class _First(msgspec.Struct, frozen=True):
    role: msgspec.Raw = _ABSENT
    group: msgspec.Raw = _ABSENT
    members: msgspec.Raw = _ABSENT


_first = msgspec.json.Decoder(_First).decode


def import_file(
    file: Annotated[Path, typer.Argument(help="JSON lines; see docs/operating/import.md.", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Import users, roles, groups and their members from JSON lines.

    What is there already is skipped, so that a broken-off import is run again. Lines that cannot be taken are named by number;
    the others are imported. Exit code 1 if there are any.
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
            drafts = _read(lines, total)
            for kind, (_, bring_in) in _KINDS.items():
                if drafts[kind]:
                    total.add(await bring_in(server.run, drafts[kind]))
            progress.advance(task, size)
    total.problems.sort()
    return total


def _read(lines: list[tuple[int, bytes]], total: Outcome) -> dict[str, list[tuple[int, Any]]]:
    """Return by kind the lines that can be read; `total` gets the problems of the others."""
    drafts: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for number, line in lines:
        try:
            text = _text(line)
            kind = _kind(text)
            read, _ = _KINDS[kind]
            drafts[kind].append((number, read(text)))
        except RecursionError:
            total.problems.append((number, "the line is nested too deep"))
        except UnicodeDecodeError:
            total.problems.append((number, "the line is not UTF-8"))
        except ValueError as error:
            total.problems.append((number, str(error)))
    return drafts


def _text(line: bytes) -> str:
    text = line.decode()
    if "\\u0000" in text or "\0" in text:
        # PostgreSQL could not store it.
        raise ValueError("a text with a NUL in it is not taken")
    return text


def _kind(line: str) -> str:
    first = _first(line)
    return next((kind for kind in _First.__struct_fields__ if getattr(first, kind) is not _ABSENT), "user")


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
