"""`authme init` and `authme user`: people and machine accounts."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from authme.app import Server
from authme.cli.keys import shown_time
from authme.cli.output import Json, PasswordStdin, fail, in_office, read_password, show, show_table
from authme.kernel.context import Context
from authme.kernel.errors import Refusal, StateForbids
from authme.users import lock as use_cases
from authme.users import store
from authme.users.create import UserDraft
from authme.users.create import create as create_user
from authme.users.model import ADMIN, KINDS, MAINTENANCE, User
from authme.users.names import Name, NameMalformed, candidates, of_type

app = typer.Typer(help="Users.", no_args_is_help=True)

UserArgument = Annotated[str, typer.Argument(metavar="USER", help="A user id, or any name of the user.")]
_PAGE = 200
_AUTHORITY = 64


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

    async def first(ctx: Context) -> User | Refusal:
        if await store.count_administrators(ctx.tx):
            raise StateForbids("There is an administrator already.")
        draft = UserDraft(names=(name,), authorities=(ADMIN, MAINTENANCE), contacts_are_verified=True)
        return (await create_user(ctx, draft, password))[0]

    user = in_office(lambda server: server.run(first))
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
    authorities = tuple(dict.fromkeys(one for one in authority or () if one not in KINDS))
    if not all(one.isascii() and one.isidentifier() and len(one) <= _AUTHORITY for one in authorities):
        fail("an authority is a word of letters, digits and _")
    draft = UserDraft(
        names=(parse_name(username, username_type),),
        user_id=user_id,
        name=name,
        organization_id=organization_id,
        authorities=authorities,
        contacts_are_verified=True,
    )
    user, _ = in_office(lambda server: server.run(lambda ctx: create_user(ctx, draft, password)))
    show({"userId": user.id}, as_json=as_json, text=f"User {username}: {user.id} ({user.status})")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the users."""
    users = in_office(_all)
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


async def _all(server: Server) -> list[User]:
    found: list[User] = []
    while page := await store.list_users(server.database.reader(), after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found


@app.command()
def lock(user: UserArgument, as_json: Json = False) -> None:
    """Lock a user's credential: sessions and tokens end at once."""
    user_id = in_office(lambda server: _act(server, user, use_cases.lock))
    show({"userId": user_id, "status": "LOCKED"}, as_json=as_json, text="Locked.")


@app.command()
def unlock(user: UserArgument, as_json: Json = False) -> None:
    """Unlock a user's credential and clear its failure counters."""
    user_id = in_office(lambda server: _act(server, user, use_cases.unlock))
    show({"userId": user_id, "status": "ACTIVE"}, as_json=as_json, text="Unlocked.")


async def _act(server: Server, given: str, use_case: Callable[[Context, use_cases.LockRequest], Awaitable[None]]) -> str:
    reader = server.database.reader()
    found = await store.find(reader, given)
    if found is None:
        login = await store.find_by_name(reader, candidates(given))
        found = login.user if login else None
    if found is None:
        fail(f"there is no user {given}")
    user_id = found.id
    await server.run(lambda ctx: use_case(ctx, use_cases.LockRequest(user_id=user_id)))
    return user_id


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
