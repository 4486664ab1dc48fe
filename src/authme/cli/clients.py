"""`authme client`: the credentials of applications."""

from pathlib import Path
from typing import Annotated, get_args

import msgspec
import typer

from authme.cli.keys import shown_time
from authme.cli.output import Json, checked, fail, in_office, show, show_table
from authme.clients import remove as use_cases
from authme.clients.create import ClientDraft
from authme.clients.create import create as create_client
from authme.clients.list import list_clients
from authme.clients.model import FactorVisibility, GrantType, Scope, SigningAlgorithm
from authme.kernel.ids import is_id
from authme.kernel.wire import Id, Text
from authme.tokens.model import ExpiresInFormat

app = typer.Typer(help="Clients: the credentials of applications.", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(metavar="CLIENT_ID", help="24 hex digits.")]


@app.command()
def create(
    app_id: Annotated[
        str, typer.Option("--app-id", help="The application it belongs to: the id of a registered one, or what it is called.")
    ] = "default",
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    first_party: Annotated[bool, typer.Option("--first-party/--third-party", help="Whose application it is.")] = True,
    scope: Annotated[
        list[str] | None, typer.Option(help="A scope; may be given several times. READ and WRITE without.")
    ] = None,
    grant: Annotated[list[str] | None, typer.Option(help="A grant of the token operation; may be given several times.")] = None,
    redirect_uri: Annotated[list[str] | None, typer.Option(help="A redirect URI; may be given several times.")] = None,
    alg: Annotated[SigningAlgorithm | None, typer.Option(help="Algorithm of its access tokens.")] = None,
    expires_in_format: Annotated[
        ExpiresInFormat, typer.Option(help="What expiresIn says: the epoch second, or seconds.")
    ] = "EPOCH",
    token_aliases: Annotated[
        bool, typer.Option("--token-aliases", help="Also give access_token, AccessToken and so on.")
    ] = False,
    factor_visibility: Annotated[FactorVisibility, typer.Option(help="Which factors it sees.")] = "CREDENTIALS_ONLY",
    organization_id: Annotated[str | None, typer.Option(help="The organisation it belongs to.")] = None,
    business_unit_id: Annotated[str | None, typer.Option(help="The unit of the organisation that it belongs to.")] = None,
    business_id: Annotated[str | None, typer.Option(help="The business whose it is.")] = None,
    service_account_id: Annotated[str | None, typer.Option(help="The service account whose roles it has.")] = None,
    user_id: Annotated[str | None, typer.Option(help="The person whose it is.")] = None,
    jwks: Annotated[Path | None, typer.Option(help="File with its public keys (RFC 7517), for signed assertions.")] = None,
    as_json: Json = False,
) -> None:
    """Make a client. Its secret is shown this once."""
    draft = ClientDraft(
        app_id=checked("--app-id", app_id, Text),
        name=checked("--name", name, Text),
        organization_id=checked("--organization-id", organization_id, Id),
        business_unit_id=checked("--business-unit-id", business_unit_id, Id),
        business_id=checked("--business-id", business_id, Id),
        service_account_id=checked("--service-account-id", service_account_id, Id),
        user_id=checked("--user-id", user_id, Id),
        first_party=first_party,
        scopes=tuple(checked("--scope", one, Scope) for one in scope or ()),
        grant_types=_grants(grant or []),
        redirect_uris=tuple(redirect_uri or ()),
        jwks=_read(jwks) if jwks else None,
        alg=alg,
        expires_in_format=expires_in_format,
        token_aliases=token_aliases,
        factor_visibility=factor_visibility,
    )
    made, secret = in_office(lambda server: server.run(lambda ctx: create_client(ctx, draft)))
    show(
        {"clientId": made.id, "clientSecret": secret},
        as_json=as_json,
        text=f"client id      {made.id}\nclient secret  {secret}\n\nThe secret is not kept and cannot be shown again.",
    )


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the clients."""
    clients = in_office(lambda server: list_clients(server.database.reader()))
    show_table(
        [
            {
                "clientId": client.id,
                "name": client.name,
                "appId": client.app_id,
                "organizationId": client.organization_id,
                "status": client.status,
                "scope": " ".join(client.scopes),
                "alg": client.alg,
                "createdAt": shown_time(client.created_at),
            }
            for client in clients
        ],
        as_json=as_json,
    )


@app.command()
def lock(client_id: ClientId, as_json: Json = False) -> None:
    """Lock a client: its tokens and logins are refused at once."""
    _check(client_id)
    in_office(lambda server: server.run(lambda ctx: use_cases.lock(ctx, client_id)))
    show({"clientId": client_id, "status": "LOCKED"}, as_json=as_json, text="Locked.")


@app.command()
def unlock(client_id: ClientId, as_json: Json = False) -> None:
    """Unlock a client."""
    _check(client_id)
    in_office(lambda server: server.run(lambda ctx: use_cases.unlock(ctx, client_id)))
    show({"clientId": client_id, "status": "ACTIVE"}, as_json=as_json, text="Unlocked.")


@app.command()
def remove(client_id: ClientId, as_json: Json = False) -> None:
    """Remove a client for good."""
    _check(client_id)
    in_office(lambda server: server.run(lambda ctx: use_cases.remove(ctx, client_id)))
    show({"clientId": client_id, "status": "REMOVED"}, as_json=as_json, text="Removed.")


def _check(client_id: str) -> None:
    if not is_id(client_id):
        fail("a client id has 24 hex digits")


def _grants(given: list[str]) -> tuple[GrantType, ...]:
    try:
        return msgspec.convert(given, tuple[GrantType, ...])
    except msgspec.ValidationError:
        fail(f"--grant: one of {', '.join(get_args(GrantType))} is expected")


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, ValueError) as error:
        fail(f"{file}: {error}")
