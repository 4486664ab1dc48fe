"""What the options of `authme provider create` and `change` say, in the form that the API takes."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from authme.cli.output import fail
from authme.providers.presets import issuer_of

Preset = Annotated[str | None, typer.Option(help="GOOGLE, MICROSOFT, APPLE or GOV_BR: what is left out is as it is there.")]
Issuer = Annotated[str | None, typer.Option(help="The OpenID provider's issuer.")]
ClientId = Annotated[str | None, typer.Option(help="This server's client id there.")]
Authentication = Annotated[
    str | None,
    typer.Option(help="client_secret_basic, client_secret_post, private_key_jwt, apple or none: how it proves to be itself."),
]
KeyId = Annotated[str | None, typer.Option(help="The id there of the private key, for private_key_jwt and apple.")]
TeamId = Annotated[str | None, typer.Option(help="The team, at Apple.")]
SecretFile = Annotated[
    Path | None, typer.Option(help="File with the client's secret, or its private key as PEM.", exists=True, dir_okay=False)
]
SecretStdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")]
Scope = Annotated[list[str] | None, typer.Option(help="A scope to ask for; may be given several times.")]
RedirectUri = Annotated[list[str] | None, typer.Option(help="Where an application is returned to; may be given several times.")]
Tenant = Annotated[
    list[str] | None, typer.Option(help="A tenant of Microsoft whose accounts are let in; may be given several times.")
]
MetadataFile = Annotated[
    Path | None, typer.Option(help="File with the SAML identity provider's metadata.", exists=True, dir_okay=False)
]
MetadataUrl = Annotated[str | None, typer.Option(help="Where that metadata is published: it is fetched now.")]
EntityId = Annotated[str | None, typer.Option(help="The SAML identity provider, if its metadata describes several.")]
AcsUrl = Annotated[
    list[str] | None, typer.Option(help="Where an application takes SAML responses; may be given several times.")
]
TrustsEmail = Annotated[
    bool | None, typer.Option("--trusts-email/--no-trusts-email", help="Whether it is believed which address is somebody's.")
]
TrustsDocument = Annotated[
    bool | None,
    typer.Option("--trusts-document/--no-trusts-document", help="Whether it is believed which document is somebody's."),
]
FirstUse = Annotated[
    str | None,
    typer.Option(help="What the first login does: LINK finds its user, SECOND_PROOF and REFUSE do not."),
]
CreatesUsers = Annotated[
    bool | None, typer.Option("--creates-users/--no-creates-users", help="Whether somebody whom nobody is becomes a user.")
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        help="JSON file with `oidc` or `saml` as the API takes it: claims, groupMap, levels and all else. Options win over it.",
        exists=True, dir_okay=False,
    ),
]  # fmt: skip

_OF_SAML: Final = frozenset({"metadata", "metadataUrl", "entityId", "acsUrls"})
_SAID_BY_METADATA: Final = ("entityId", "redirectUrl", "postUrl", "certificates")
_BY_KEY: Final = frozenset({"private_key_jwt", "apple"})


def settings_of(file: Path | None, **options: Any) -> dict[str, Any]:
    """Return what the file and the options say, without what is left out; ends the command for a file that cannot be read."""
    said = {} if file is None else _read_object(file)
    return said | {name: value for name, value in options.items() if value is not None and value != []}


def _read_object(file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except msgspec.ValidationError:
        fail(f"{file}: a JSON object is expected")
    except (OSError, msgspec.DecodeError) as error:
        fail(f"{file}: {error}")


def read_text(file: Path | None) -> str | None:
    """Return what is in a file, if one is named."""
    try:
        return None if file is None else file.read_text()
    except (OSError, ValueError) as error:
        fail(f"{file}: {error}")


def read_secret(file: Path | None, *, from_stdin: bool) -> str | None:
    """Return the secret from a file or standard input, without the line feed at its end; None if it is in neither."""
    if file is not None and from_stdin:
        fail("--secret-file and --secret-stdin are one or the other")
    try:
        text = sys.stdin.buffer.read().decode() if from_stdin else read_text(file)
    except UnicodeDecodeError:
        fail("the secret on standard input is not UTF-8")
    if text is None:
        return None
    if not text.strip():
        fail("the secret is empty")
    return text.rstrip("\r\n")


def kind_of(settings: dict[str, Any]) -> str:
    """Return the kind of provider that has these settings."""
    return "SAML" if _OF_SAML & settings.keys() else "OIDC"


def with_secret(settings: dict[str, Any], secret: str | None) -> dict[str, Any]:
    """Return the settings with the secret in the field that it belongs in."""
    if secret is None:
        return settings
    way = settings.get("clientAuthentication") or ("apple" if settings.get("preset") == "APPLE" else "")
    return settings | {"privateKey" if way in _BY_KEY else "clientSecret": secret}


def changed_settings(shown: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown of a provider with what is said now in its place.

    New metadata is in place of all it says, and other tenants come with the issuer that follows from them, if that of before
    did.
    """
    settings = {name: value for name, value in shown.items() if value is not None and name != "serviceCertificate"}
    if said.keys() & {"metadata", "metadataUrl"}:
        settings = {name: value for name, value in settings.items() if name not in _SAID_BY_METADATA}
    if "tenants" in said and settings.get("issuer") == issuer_of(shown.get("preset"), tuple(shown.get("tenants") or ())):
        del settings["issuer"]
    return settings | said
