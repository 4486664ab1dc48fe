"""`authme init` and `authme user`: people and machine accounts."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from authme.accounts.remove import remove as remove_user
from authme.app import Server
from authme.cli.importing import import_file
from authme.cli.keys import shown_time
from authme.cli.output import Json, PasswordStdin, checked, fail, in_office, read_password, show, show_table
from authme.kernel.context import Context
from authme.kernel.wire import Id, Text
from authme.relation import KINDS
from authme.users import lock as use_cases
from authme.users.create import UserDraft
from authme.users.create import create as create_user
from authme.users.first_administrator import make_first_administrator
from authme.users.list import find_by_id_or_name, list_users
from authme.users.lock import LockRequest
from authme.users.model import Authority, User
from authme.users.names import Name, NameMalformed, candidates, of_type

app = typer.Typer(help="Users.", no_args_is_help=True)

UserArgument = Annotated[str, typer.Argument(metavar="USER", help="A user id, or any name of the user.")]


def init(
    username: Annotated[str, typer.Option(help="E-mail address or user name of the first administrator.")],
    password_stdin: PasswordStdin = False,
    as_json: Json = False,
) -> None:
    """Make the first administrator. Refuses when there is one."""
    if not password_stdin:
        fail("--password-stdin is required: a password on the command line is seen by everybody on this machine")
    password = read_password()
    name = parse_name(username, None)
    user = in_office(lambda server: server.run(lambda ctx: make_first_administrator(ctx, name, password)))
    show({"userId": user.id}, as_json=as_json, text=f"Administrator {username}: {user.id}")


@app.command()
def create(
    username: Annotated[str, typer.Option(help="The name to log in by.")],
    username_type: Annotated[
        str | None, typer.Option(help="EMAIL, MOBILE, CPF, CNPJ, LOGON or USERNAME; guessed without.")
    ] = None,
    password_stdin: PasswordStdin = False,
    authority: Annotated[list[str] | None, typer.Option(help="An office or role; may be given several times.")] = None,
    name: Annotated[str | None, typer.Option(help="What people call them.")] = None,
    user_id: Annotated[str | None, typer.Option(help="The id to give; made without.")] = None,
    organization_id: Annotated[str | None, typer.Option(help="The organisation they belong to.")] = None,
    as_json: Json = False,
) -> None:
    """Make a user with a verified name: active with a password, pending without one."""
    password = read_password() if password_stdin else None
    authorities = dict.fromkeys(one for one in authority or () if one not in KINDS)
    draft = UserDraft(
        names=(parse_name(username, username_type),),
        user_id=checked("--user-id", user_id, Id),
        name=checked("--name", name, Text),
        organization_id=checked("--organization-id", organization_id, Id),
        authorities=tuple(checked("--authority", one, Authority) for one in authorities),
        contacts_are_verified=True,
    )
    user, _ = in_office(lambda server: server.run(lambda ctx: create_user(ctx, draft, password)))
    show({"userId": user.id}, as_json=as_json, text=f"User {username}: {user.id} ({user.status})")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the users."""
    users = in_office(lambda server: list_users(server.database.reader()))
    show_table(
        [
            {
                "userId": user.id,
                "name": user.name,
                "status": user.status,
                "kind": user.kind,
                "authorities": " ".join(user.authorities),
                "createdAt": shown_time(user.created_at),
                "lockedAt": shown_time(user.locked_at),
            }
            for user in users
        ],
        as_json=as_json,
    )


@app.command()
def lock(user: UserArgument, as_json: Json = False) -> None:
    """Lock a user's credential: sessions and tokens end at once."""
    found = in_office(lambda server: _act(server, user, use_cases.lock))
    show({"userId": found.id, "status": found.status}, as_json=as_json, text="Locked.")


@app.command()
def unlock(user: UserArgument, as_json: Json = False) -> None:
    """Unlock a user's credential and clear its failure counters."""
    found = in_office(lambda server: _act(server, user, use_cases.unlock))
    show({"userId": found.id, "status": found.status}, as_json=as_json, text="Unlocked.")


@app.command()
def remove(user: UserArgument, as_json: Json = False) -> None:
    """Remove a user for good: what is known of the person is erased, and the names stay taken for a time."""
    removed = in_office(lambda server: _remove(server, user))
    show({"userId": removed.id, "status": "REMOVED"}, as_json=as_json, text="Removed.")


async def _remove(server: Server, given: str) -> User:
    found = await _get(server, given)
    await server.run(lambda ctx: remove_user(ctx, found.id))
    return found


async def _act(server: Server, given: str, use_case: Callable[[Context, LockRequest], Awaitable[None]]) -> User:
    found = await _get(server, given)
    await server.run(lambda ctx: use_case(ctx, LockRequest(user_id=found.id)))
    return await find_by_id_or_name(server.database.reader(), found.id) or found


async def _get(server: Server, given: str) -> User:
    found = await find_by_id_or_name(server.database.reader(), given)
    if found is None or found.status == "REMOVED":
        fail(f"there is no user {given}")
    return found


def parse_name(text: str, name_type: str | None) -> Name:
    """Return the name that an operator typed; end the command if it is none."""
    try:
        if name_type is not None:
            return of_type(name_type, text)
        meant = [name for name in candidates(text) if name.type != "LOGON"]
        if not meant:
            raise NameMalformed("an e-mail address, mobile number, CPF, CNPJ or user name is expected")  # noqa: TRY301  # one message for both
    except NameMalformed as error:
        fail(f"{text}: {error}")
    return meant[0]


app.command("import")(import_file)
