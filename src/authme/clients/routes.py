"""Clients on the wire."""

from typing import Annotated

import msgspec
from msgspec import Meta

from authme.clients.create import ClientDraft, create
from authme.clients.login import AssertionRequest, login, login_by_assertion
from authme.clients.model import GrantType, Scope
from authme.clients.remove import remove
from authme.kernel.context import Context
from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.kernel.wire import Answer, Id, Text, Wire
from authme.tokens.model import TokenObject

_ADMINISTRATION = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-MFA and ADMIN")
_PUBLIC = Requirement.parse("public")
_TAGS = ("Client Identities",)

RedirectUri = Annotated[str, Meta(min_length=1, max_length=2048, description="an absolute URI")]
_Scopes = Annotated[tuple[Scope, ...], Meta(max_length=64)]
_Redirects = Annotated[tuple[RedirectUri, ...], Meta(max_length=32)]


class CreateClientRequest(Wire, frozen=True):
    """CI-01."""

    app_id: Text
    user_id: Id | None = None
    business_id: Id | None = None
    service_account_id: Id | None = None
    scope: _Scopes = ()
    redirect_uri: RedirectUri | _Redirects | None = msgspec.field(default=None, name="redirectURI")
    grant_types: tuple[GrantType, ...] = ()
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


async def create_client(ctx: Context, body: CreateClientRequest) -> CreatedClient:
    """Make a client. The secret is in this answer only."""
    given = body.redirect_uri
    made, secret = await create(
        ctx,
        ClientDraft(
            app_id=body.app_id,
            user_id=body.user_id,
            business_id=body.business_id,
            service_account_id=body.service_account_id,
            business_unit_id=body.business_unit_id,
            organization_id=body.organization_id,
            scopes=body.scope,
            grant_types=body.grant_types,
            redirect_uris=() if given is None else (given,) if isinstance(given, str) else given,
        ),
    )
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


ENDPOINTS = [
    Endpoint(
        "CI-01", "POST", f"{API}/client-identities", _ADMINISTRATION, create_client, "Create Identity", _TAGS,
        body=CreateClientRequest, answer=CreatedClient, status=201,
    ),
    Endpoint(
        "CI-02", "DELETE", f"{API}/client-identities/{{clientId}}", _ADMINISTRATION, remove, "Remove Identity", _TAGS,
        status=204,
    ),
    Endpoint(
        "CI-04", "POST", f"{API}/client-identities/login", _PUBLIC, login, "Login client", _TAGS,
        answer=TokenObject, tolerant=True, wants_request=True, takes_basic=True,
    ),
    Endpoint(
        "CI-05", "POST", f"{API}/client-identities/{{clientId}}/login", _PUBLIC, login_by_assertion,
        "Login client (signed assertion)", _TAGS, body=AssertionRequest, answer=TokenObject, wants_request=True,
        refusals=(401,),
    ),
]  # fmt: skip
