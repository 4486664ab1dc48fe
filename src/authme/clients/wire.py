"""The shapes of clients on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from authme.clients.model import Client, GrantType, Scope
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Text, Wire

RedirectUri = Annotated[str, Meta(min_length=1, max_length=2048, description="an absolute URI")]
_Scopes = Annotated[tuple[Scope, ...], Meta(max_length=64)]
_Redirects = Annotated[tuple[RedirectUri, ...], Meta(max_length=32)]


class CreateOwnClientRequest(Wire, frozen=True):
    """MC-01."""

    app_id: Text
    scope: _Scopes = ()
    redirect_uri: RedirectUri | _Redirects | None = msgspec.field(default=None, name="redirectURI")
    grant_types: tuple[GrantType, ...] = ()

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The redirect URIs, however many were given."""
        given = self.redirect_uri
        return () if given is None else (given,) if isinstance(given, str) else given


class CreateClientRequest(CreateOwnClientRequest, frozen=True):
    """CI-01."""

    user_id: Id | None = None
    business_id: Id | None = None
    service_account_id: Id | None = None
    business_unit_id: Id | None = None
    organization_id: Id | None = None


class CreatedClient(Answer, frozen=True):
    """A new client, with its secret this once."""

    client_id: str
    client_secret: str
    app_id: str
    user_id: str | None
    business_id: str | None
    service_account_id: str | None
    scope: tuple[str, ...]
    redirect_uri: tuple[str, ...] = msgspec.field(name="redirectURI")
    grant_types: tuple[GrantType, ...]
    business_unit_id: str | None
    organization_id: str | None
    status: str


class ClientAnswer(Answer, frozen=True):
    """A client as it is listed: never with its secret."""

    client_id: str
    name: str | None
    app_id: str
    user_id: str | None
    business_id: str | None
    service_account_id: str | None
    scope: tuple[str, ...]
    redirect_uri: tuple[str, ...] = msgspec.field(name="redirectURI")
    grant_types: tuple[GrantType, ...]
    business_unit_id: str | None
    organization_id: str | None
    first_party: bool
    status: str
    created_at: datetime


class ClientPage(Answer, frozen=True):
    """A page of clients."""

    items: tuple[ClientAnswer, ...]
    next_cursor: str | None


def created_client(made: Client, secret: str) -> CreatedClient:
    """Return the wire form of a new client."""
    return CreatedClient(
        client_id=made.id,
        client_secret=secret,
        app_id=made.app_id,
        user_id=made.user_id,
        business_id=made.business_id,
        service_account_id=made.service_account_id,
        scope=made.scopes,
        redirect_uri=made.redirect_uris,
        grant_types=made.grant_types,
        business_unit_id=made.business_unit_id,
        organization_id=made.organization_id,
        status=made.status,
    )


def client_answer(client: Client) -> ClientAnswer:
    """Return the wire form of a client in a list."""
    return ClientAnswer(
        client_id=client.id,
        name=client.name,
        app_id=client.app_id,
        user_id=client.user_id,
        business_id=client.business_id,
        service_account_id=client.service_account_id,
        scope=client.scopes,
        redirect_uri=client.redirect_uris,
        grant_types=client.grant_types,
        business_unit_id=client.business_unit_id,
        organization_id=client.organization_id,
        first_party=client.first_party,
        status=client.status,
        created_at=moment(client.created_at),
    )
