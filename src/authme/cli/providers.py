"""`authme provider`: identity providers, by which people log in with what they have elsewhere."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from authme.cli import provider_options as options
from authme.cli.keys import shown_time
from authme.cli.output import Json, fail, in_office, show, show_table
from authme.kernel.context import Context
from authme.providers.model import Provider, SamlSettings
from authme.saml.metadata_published import service_metadata
from authme.structure.provider_change import change as change_provider
from authme.structure.provider_change import set_enabled
from authme.structure.provider_create import create as create_provider
from authme.structure.provider_find import get_by_alias
from authme.structure.provider_key import renew_key as renew_provider_key
from authme.structure.provider_remove import remove as remove_provider
from authme.structure.provider_target import IDENTITY_PROVIDER
from authme.structure.provider_test import test as test_provider
from authme.structure.provider_wire import (
    ChangeIdentityProviderRequest,
    CreateIdentityProviderRequest,
    IdentityProviderAnswer,
    shown,
)

app = typer.Typer(help="Identity providers: OpenID Connect and SAML.", no_args_is_help=True)

Alias = Annotated[str, typer.Argument(metavar="ALIAS", help="By which applications name it.")]
Name = Annotated[str, typer.Option(help="What people call it.")]
Result = TypeVar("Result")


@app.command()
def create(
    alias: Annotated[str, typer.Option(help="By which applications name it: lower-case letters, digits and hyphens.")],
    name: Name,
    preset: options.Preset = None,
    issuer: options.Issuer = None,
    client_id: options.ClientId = None,
    client_authentication: options.Authentication = None,
    key_id: options.KeyId = None,
    team_id: options.TeamId = None,
    secret_file: options.SecretFile = None,
    secret_stdin: options.SecretStdin = False,
    scope: options.Scope = None,
    redirect_uri: options.RedirectUri = None,
    tenant: options.Tenant = None,
    metadata_file: options.MetadataFile = None,
    metadata_url: options.MetadataUrl = None,
    entity_id: options.EntityId = None,
    acs_url: options.AcsUrl = None,
    trusts_email: options.TrustsEmail = None,
    trusts_document: options.TrustsDocument = None,
    first_use: options.FirstUse = None,
    creates_users: options.CreatesUsers = None,
    settings: options.SettingsFile = None,
    organization_id: Annotated[str | None, typer.Option(help="Whose users it speaks for; everybody's without.")] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Nobody logs in by it yet.")] = False,
    as_json: Json = False,
) -> None:
    """Make an identity provider, of OpenID Connect by its issuer or a preset, or of SAML by its metadata."""
    said = options.settings_of(
        settings, preset=preset, issuer=issuer, clientId=client_id, clientAuthentication=client_authentication, keyId=key_id,
        teamId=team_id, scopes=scope, redirectUris=redirect_uri, tenants=tenant, metadata=options.read_text(metadata_file),
        metadataUrl=metadata_url, entityId=entity_id, acsUrls=acs_url, trustsEmail=trusts_email,
        trustsDocument=trusts_document,
    )  # fmt: skip
    kind = options.kind_of(said)
    said = options.with_secret(said, options.read_secret(secret_file, from_stdin=secret_stdin))
    body = {"alias": alias, "name": name, "kind": kind, "isEnabled": not disabled, kind.lower(): said}
    body |= _left_out(organizationId=organization_id, firstUse=first_use, createsUsers=creates_users)
    request = _request(body, CreateIdentityProviderRequest)
    made = in_office(lambda server: server.run(lambda ctx: create_provider(ctx, request)))
    show(
        {"identityProviderId": made.identity_provider_id, "alias": made.alias},
        as_json=as_json,
        text=f"Identity provider {made.alias}: {made.identity_provider_id}",
    )


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the identity providers."""
    found = in_office(lambda server: server.run(IDENTITY_PROVIDER.list_all))
    show_table(
        [
            {
                "alias": one.alias,
                "identityProviderId": one.id,
                "kind": one.kind,
                "name": one.name,
                "organizationId": one.organization_id,
                "isEnabled": one.is_enabled,
                "createdAt": shown_time(one.created_at),
            }
            for one in found
        ],
        as_json=as_json,
    )


@app.command("show")
def show_command(alias: Alias, as_json: Json = False) -> None:
    """Show an identity provider, without its secrets."""
    found = _answer(_on(alias, _itself))
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    show(found, as_json=as_json, text=text)


@app.command()
def change(
    alias: Alias,
    new_alias: Annotated[str | None, typer.Option(help="By which applications name it from now on.")] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    issuer: options.Issuer = None,
    client_id: options.ClientId = None,
    client_authentication: options.Authentication = None,
    key_id: options.KeyId = None,
    team_id: options.TeamId = None,
    secret_file: options.SecretFile = None,
    secret_stdin: options.SecretStdin = False,
    scope: options.Scope = None,
    redirect_uri: options.RedirectUri = None,
    tenant: options.Tenant = None,
    metadata_file: options.MetadataFile = None,
    metadata_url: options.MetadataUrl = None,
    entity_id: options.EntityId = None,
    acs_url: options.AcsUrl = None,
    trusts_email: options.TrustsEmail = None,
    trusts_document: options.TrustsDocument = None,
    first_use: options.FirstUse = None,
    creates_users: options.CreatesUsers = None,
    settings: options.SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Change what is given of an identity provider; the rest stays."""
    said = options.settings_of(
        settings, issuer=issuer, clientId=client_id, clientAuthentication=client_authentication, keyId=key_id, teamId=team_id,
        scopes=scope, redirectUris=redirect_uri, tenants=tenant, metadata=options.read_text(metadata_file),
        metadataUrl=metadata_url, entityId=entity_id, acsUrls=acs_url, trustsEmail=trusts_email,
        trustsDocument=trusts_document,
    )  # fmt: skip
    secret = options.read_secret(secret_file, from_stdin=secret_stdin)
    also = _left_out(alias=new_alias, name=name, firstUse=first_use, createsUsers=creates_users)

    async def work(ctx: Context, provider: Provider) -> IdentityProviderAnswer:
        return await change_provider(ctx, provider.id, _changed(provider, said, secret, also))

    _show_done(_on(alias, work).alias, "Changed.", as_json=as_json)


@app.command("test")
def say_what_is_wrong(alias: Alias, as_json: Json = False) -> None:
    """Ask an identity provider what a login would ask it, and say what is wrong. Exit code 1 if something is."""
    found = _on(alias, lambda ctx, provider: test_provider(ctx, provider.id))
    if as_json:
        show(found, as_json=True)
    else:
        show_table(
            [{"check": one.check, "": "ok" if one.ok else "WRONG", "message": one.message} for one in found.findings],
            as_json=False,
        )
    if not found.works:
        raise typer.Exit(1)


@app.command()
def enable(alias: Alias, as_json: Json = False) -> None:
    """Let people log in by an identity provider."""
    _on(alias, lambda ctx, provider: set_enabled(ctx, provider.id, is_enabled=True))
    _show_done(alias, "Enabled.", as_json=as_json)


@app.command()
def disable(alias: Alias, as_json: Json = False) -> None:
    """Let nobody log in by an identity provider; sessions that it began go on."""
    _on(alias, lambda ctx, provider: set_enabled(ctx, provider.id, is_enabled=False))
    _show_done(alias, "Disabled.", as_json=as_json)


@app.command()
def remove(alias: Alias, as_json: Json = False) -> None:
    """Remove an identity provider for good. What it proved of people stays theirs, and logs nobody in."""
    _on(alias, lambda ctx, provider: remove_provider(ctx, provider.id))
    _show_done(alias, "Removed.", as_json=as_json, status="REMOVED")


@app.command("renew-key")
def renew_key(alias: Alias, as_json: Json = False) -> None:
    """Replace this server's key at a SAML identity provider, which then has to be given the new metadata."""
    provider = _on(alias, lambda ctx, provider: renew_provider_key(ctx, provider.id))
    _show_done(alias, f"Renewed. Give {provider.name} what `authme provider metadata {alias}` says.", as_json=as_json)


@app.command()
def metadata(alias: Alias, as_json: Json = False) -> None:
    """Print this server's metadata for a SAML identity provider."""
    provider = _on(alias, _itself)
    if not isinstance(provider.settings, SamlSettings):
        fail("only a SAML provider has metadata")
    text = service_metadata(provider.settings).decode()
    show({"metadata": text}, as_json=as_json, text=text.rstrip("\n"))


def _on(alias: str, work: Callable[[Context, Provider], Awaitable[Result]]) -> Result:
    """Do something with the identity provider of this alias, in one unit of work."""

    async def run(ctx: Context) -> Result:
        return await work(ctx, await get_by_alias(ctx, alias))

    return in_office(lambda server: server.run(run))


async def _itself(_: Context, provider: Provider) -> Provider:
    return provider


def _answer(provider: Provider) -> Any:
    return msgspec.to_builtins(shown(provider))


def _changed(provider: Provider, said: dict[str, Any], secret: str | None, also: dict[str, Any]) -> Any:
    answer, own = _answer(provider), provider.kind.lower()
    settings = options.with_secret(options.changed_settings(answer[own], said), secret)
    body = {name: answer[name] for name in ("alias", "name", "isEnabled", "firstUse", "createsUsers")}
    return _request(body | also | {own: settings}, ChangeIdentityProviderRequest)


def _request(body: dict[str, Any], shape: Any) -> Any:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        fail(str(error))


def _left_out(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _show_done(alias: str, text: str, *, as_json: bool, **also: str) -> None:
    show({"alias": alias, **also}, as_json=as_json, text=text)
