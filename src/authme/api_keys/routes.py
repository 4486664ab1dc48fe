"""API keys on the wire."""

from datetime import datetime

from authme.api_keys.create import ApiKeyDraft, create
from authme.api_keys.key import KeyText
from authme.api_keys.list import list_page
from authme.api_keys.remove import remove
from authme.api_keys.rotate import RotatedApiKey, UpdateApiKeyRequest, update
from authme.kernel.context import Context
from authme.kernel.http import API, Endpoint, Request
from authme.kernel.paging import PAGE, PageRequest
from authme.kernel.requirement import Requirement
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, LongText, Moment, Text, Wire

_ADMINISTRATION = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED and ADMIN")
_TAGS = ("Identific",)


class CreateApiKeyRequest(Wire, frozen=True):
    """AK-01."""

    app_id: Text
    client_id: Id
    api_key: KeyText | None = None
    description: LongText | None = None
    expires_at: Moment | None = None


class CreatedApiKey(Answer, frozen=True):
    """A new API key, with the key itself this once."""

    api_key_id: str
    app_id: str
    client_id: str
    api_key: str
    description: str | None
    expires_at: datetime | None
    created_at: datetime


class ApiKeyItem(Answer, frozen=True):
    """An API key. Of the key itself only the last four characters are kept."""

    api_key_id: str
    app_id: str
    client_id: str
    description: str | None
    last_four: str
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ApiKeyPage(Answer, frozen=True):
    """A page of API keys, the oldest first."""

    items: tuple[ApiKeyItem, ...]
    next_cursor: str | None


async def create_api_key(ctx: Context, body: CreateApiKeyRequest) -> CreatedApiKey:
    """Make a key by which its holder is the client. Without `apiKey` it is made of 32 random bytes; it is shown this once."""
    made, key = await create(
        ctx,
        ApiKeyDraft(
            client_id=body.client_id,
            app_id=body.app_id,
            key=body.api_key,
            description=body.description,
            expires_at=body.expires_at,
        ),
    )
    return CreatedApiKey(
        api_key_id=made.id,
        app_id=made.app_id,
        client_id=made.client_id,
        api_key=key,
        description=made.description,
        expires_at=_shown(made.expires_at),
        created_at=moment(made.created_at),
    )


async def list_api_keys(ctx: Context, request: Request) -> ApiKeyPage:
    """List the keys of the clients that the caller reaches. `lastUsedAt` may be a minute behind."""
    page = PageRequest.from_query(request.query)
    found = await list_page(ctx, page)
    items = tuple(
        ApiKeyItem(
            api_key_id=key.id,
            app_id=key.app_id,
            client_id=key.client_id,
            description=key.description,
            last_four=key.last_four,
            expires_at=_shown(key.expires_at),
            last_used_at=_shown(key.last_used_at),
            created_at=moment(key.created_at),
            updated_at=moment(key.updated_at),
        )
        for key in found[: page.limit]
    )
    return ApiKeyPage(items=items, next_cursor=page.next_cursor([key.id for key in found]))


def _shown(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


ENDPOINTS = [
    Endpoint(
        "AK-01", "POST", f"{API}/api-key", _ADMINISTRATION, create_api_key, "Create a new ApiKey for the Identific", _TAGS,
        body=CreateApiKeyRequest, answer=CreatedApiKey, status=201, refusals=(409,),
    ),
    Endpoint(
        "AK-02", "GET", f"{API}/api-key", _ADMINISTRATION, list_api_keys, "List all ApiKey", _TAGS,
        answer=ApiKeyPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "AK-03", "PUT", f"{API}/api-key/{{apiKeyId}}", _ADMINISTRATION, update, "Update an ApiKey", _TAGS,
        body=UpdateApiKeyRequest, answer=RotatedApiKey, refusals=(409,),
    ),
    Endpoint(
        "AK-04", "DELETE", f"{API}/api-key/{{apiKeyId}}", _ADMINISTRATION, remove, "Delete an ApiKey", _TAGS,
        status=204,
    ),
]  # fmt: skip
