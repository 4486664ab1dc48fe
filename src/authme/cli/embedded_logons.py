"""`authme legacy embedded`: logons of the directory in this server's own database."""

from datetime import date, datetime
from typing import Annotated

import typer

from authme.cli.output import Json, PasswordStdin, fail, in_office, read_password, show
from authme.legacy.embedded_logons import add_embedded_logon, date_embedded_logon, expire_embedded_logon

app = typer.Typer(help="Logons of the directory in this server's own database.", no_args_is_help=True)

LogonArgument = Annotated[str, typer.Argument(metavar="LOGON", help="1 to 8 letters, digits and #@$, the first not a digit.")]
_DAY = "%Y-%m-%d"


@app.command()
def add(
    logon: LogonArgument,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    document: Annotated[str | None, typer.Option(help="Their CPF or CNPJ.")] = None,
    email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    mobile: Annotated[str | None, typer.Option(help="Their mobile number.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group; may be given again. The first is the default.")] = None,
    is_expired: Annotated[bool, typer.Option("--expired", help="The password has to be changed first.")] = False,
    password_stdin: PasswordStdin = False,
    as_json: Json = False,
) -> None:
    """Add a logon with its password or phrase."""
    if not password_stdin:
        fail("--password-stdin is required: a password on the command line is seen by everybody on this machine")
    password, groups = read_password(), tuple(group or ())
    person = {"name": name, "document": document, "email": email, "mobile": mobile}
    made = in_office(
        lambda server: server.run(
            lambda ctx: add_embedded_logon(ctx, logon, password, groups=groups, is_expired=is_expired, **person)
        )
    )
    show({"logon": made}, as_json=as_json, text=f"Logon {made} added.")


@app.command()
def expire(logon: LogonArgument, as_json: Json = False) -> None:
    """Have the password of a logon changed before it is worth anything again."""
    in_office(lambda server: server.run(lambda ctx: expire_embedded_logon(ctx, logon)))
    show({"logon": logon.upper(), "expired": True}, as_json=as_json, text="Expired.")


@app.command()
def dates(
    logon: LogonArgument,
    revoke_on: Annotated[datetime | None, typer.Option(formats=[_DAY], help="From this day in UTC it is revoked.")] = None,
    resume_on: Annotated[datetime | None, typer.Option(formats=[_DAY], help="From this day in UTC it is let in again.")] = None,
    as_json: Json = False,
) -> None:
    """Set the days from which a logon is revoked and resumed; a day that is not given is taken away."""
    days = {"revoke_on": _day(revoke_on), "resume_on": _day(resume_on)}
    in_office(lambda server: server.run(lambda ctx: date_embedded_logon(ctx, logon, **days)))
    shown = {"logon": logon.upper(), "revokeOn": _text(days["revoke_on"]), "resumeOn": _text(days["resume_on"])}
    show(shown, as_json=as_json, text="Set.")


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
