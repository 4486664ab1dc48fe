"""What commands print, and how they fail."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import typer

from authme import app as composition
from authme.kernel import logs
from authme.kernel.database import DatabaseUnavailable
from authme.kernel.database.migrations import SchemaTooNew
from authme.kernel.errors import Refusal
from authme.kernel.wire import expected
from authme.keys import MasterKeyWrong
from authme.settings import Settings, SettingsInvalid, load

Result = TypeVar("Result")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


def fail(*problems: str) -> NoReturn:
    """Print the problems and end with exit code 1."""
    for problem in problems:
        typer.echo(f"authme: {problem}", err=True)
    raise typer.Exit(1)


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Turn what may go wrong in any command into its message and exit code 1."""
    try:
        yield
    except SettingsInvalid as error:
        fail(*error.problems)
    except Refusal as error:
        fail(*(item.message for item in error.items))
    except (DatabaseUnavailable, SchemaTooNew, MasterKeyWrong) as error:
        fail(str(error))


def settings() -> Settings:
    """Return the settings, and set up logging by them; only warnings, since a command's output is its result."""
    loaded = load(os.environ)
    logs.configure("warning" if loaded.logs.log_level == "info" else loaded.logs.log_level, "console")
    return loaded


def in_office(work: Callable[[composition.Server], Awaitable[Result]]) -> Result:
    """Run `work` with an opened server, as the operator."""

    async def run() -> Result:
        async with composition.office(settings()) as server:
            return await work(server)

    with failing_clearly():
        return asyncio.run(run())


def show(value: Any, *, as_json: bool, text: str | None = None) -> None:
    """Print the result: `value` as JSON, or `text` for people."""
    typer.echo(msgspec.json.encode(value).decode() if as_json else text if text is not None else str(value))


def show_table(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows: an array of objects as JSON, or aligned columns."""
    if as_json:
        typer.echo(msgspec.json.encode(rows).decode())
        return
    if not rows:
        typer.echo("None.")
        return
    lines = [list(rows[0]), *([("" if value is None else str(value)) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def checked(option: str, value: Any, kind: Any) -> Any:
    """Return what was given with an option, if anything, in the form that the API asks for; end the command otherwise."""
    try:
        return None if value is None else msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        fail(f"{option}: {expected(kind) or error}")


def read_password() -> str:
    """Return the first line of standard input."""
    try:
        password = sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        fail("the password on standard input is not UTF-8")
    if not password:
        fail("a password is expected on standard input")
    return password
