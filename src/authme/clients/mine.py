"""MC-01 and MC-02: the clients that people and businesses make as their own."""

from authme.clients import own_store, policy, store
from authme.clients.create import ClientDraft, create
from authme.clients.list import client_page
from authme.clients.remove import remove_client
from authme.clients.wire import ClientPage, CreatedClient, CreateOwnClientRequest, created_client
from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest


async def create_mine(ctx: Context, body: CreateOwnClientRequest) -> CreatedClient:
    """Make a client of one's own: a third party's, with no scope that the calling token does not have.

    It is the business's where an owner or administrator of one makes it, or somebody who acts for it. The secret is in this
    answer only. An owner may have 50 of them: 409 for one more.
    """
    scopes = body.scope or policy.carried_scopes(ctx.caller)
    policy.check_carries(ctx.caller, scopes)
    user_id, business_id = policy.owner_of_new(ctx.caller)
    draft = ClientDraft(
        app_id=body.app_id,
        user_id=user_id,
        business_id=business_id,
        first_party=False,
        scopes=scopes,
        grant_types=body.grant_types,
        redirect_uris=body.redirect_uris,
        is_own=True,
    )
    return created_client(*await create(ctx, draft))


async def remove_mine(ctx: Context, client_id: str) -> None:
    """Remove one of the caller's own clients: its tokens and the sessions that began at it end at once."""
    target = await store.find(ctx.tx, client_id)
    if target is None or target.status == "REMOVED" or not policy.is_own(ctx.caller, target):
        raise NotFound
    await remove_client(ctx, target)


async def list_mine(ctx: Context, request: Request) -> ClientPage:
    """Return the caller's own clients, the oldest first, a page at a time; never a secret.

    They are those that the person made, and for an owner or administrator of a business all of that business.
    """
    page = PageRequest.from_query(request.query)
    caller, limit = ctx.caller, page.limit + 1
    found = await own_store.list_of_user(
        ctx.tx, caller.user_id or "", business_id=caller.business_id, after=page.after, limit=limit
    )
    business_id = policy.administered_business(caller)
    if business_id is not None:
        found += await own_store.list_of_business(ctx.tx, business_id, after=page.after, limit=limit)
    return client_page(page, sorted({client.id: client for client in found}.values(), key=lambda client: client.id)[:limit])
