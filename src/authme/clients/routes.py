"""Clients on the wire."""

from authme.clients.create import ClientDraft, create
from authme.clients.list import list_page
from authme.clients.migrate import Migrated, MigrationRequest, migrate
from authme.clients.mine import create_mine, list_mine, remove_mine
from authme.clients.remove import remove
from authme.clients.wire import (
    ClientPage,
    CreateClientRequest,
    CreatedClient,
    CreateOwnClientRequest,
    created_client,
)
from authme.kernel.context import Context
from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.kernel.requirement import Requirement
from authme.relation import requirements

_ADMINISTRATION = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-MFA and ADMIN")
_OWN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-MFA and (PERSON or BUSINESSOWNER or BUSINESSADMIN)")
_TAGS, _MY_TAGS = ("Client Identities",), ("My Client Identities",)
_CLIENTS = f"{API}/client-identities"
_MINE = f"{_CLIENTS}/me"


async def create_client(ctx: Context, body: CreateClientRequest) -> CreatedClient:
    """Make a client. The secret is in this answer only.

    An `appId` that has the form of an id names a registered application, and the client stands in its organisation and unit;
    any other text is what the application is called. Whoever gives a service account gives its roles: 403 for one that the
    caller does not hold.
    """
    draft = ClientDraft(
        app_id=body.app_id,
        user_id=body.user_id,
        business_id=body.business_id,
        service_account_id=body.service_account_id,
        business_unit_id=body.business_unit_id,
        organization_id=body.organization_id,
        scopes=body.scope,
        grant_types=body.grant_types,
        redirect_uris=body.redirect_uris,
    )
    return created_client(*await create(ctx, draft))


ENDPOINTS = [
    Endpoint(
        "CI-01", "POST", _CLIENTS, _ADMINISTRATION, create_client, "Create Identity", _TAGS,
        body=CreateClientRequest, answer=CreatedClient, status=201,
    ),
    Endpoint(
        "CI-02", "DELETE", f"{_CLIENTS}/{{clientId}}", _ADMINISTRATION, remove, "Remove Identity", _TAGS, status=204,
    ),
    Endpoint(
        "CI-03", "PATCH", f"{_CLIENTS}/organizational-structure", _ADMINISTRATION, migrate,
        "Bulk Migrates Client Identities Organizational Structure", _TAGS, body=MigrationRequest, answer=Migrated, bulk=True,
    ),
    Endpoint(
        "X-clients", "GET", _CLIENTS, requirements.ADMINISTRATION, list_page, "List clients", _TAGS,
        answer=ClientPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "MC-01", "POST", _MINE, _OWN, create_mine, "Create Identity", _MY_TAGS,
        body=CreateOwnClientRequest, answer=CreatedClient, status=201, refusals=(409,),
    ),
    Endpoint(
        "MC-02", "DELETE", f"{_MINE}/{{clientId}}", _OWN, remove_mine, "Remove Client Identity", _MY_TAGS, status=204,
    ),
    Endpoint(
        "X-my-clients", "GET", _MINE, _OWN, list_mine, "List my clients", _MY_TAGS,
        answer=ClientPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
]  # fmt: skip
