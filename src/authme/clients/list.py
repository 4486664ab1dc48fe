"""Clients by the page for administrators, and all of them for an operator."""

from authme.clients import store
from authme.clients.model import Client
from authme.clients.wire import ClientPage, client_answer
from authme.kernel.context import Context
from authme.kernel.database import Reader
from authme.kernel.http import Request
from authme.kernel.paging import PageRequest
from authme.relation import reach_of

_PAGE = 200


async def list_page(ctx: Context, request: Request) -> ClientPage:
    """Return the clients that the caller reaches, the oldest first, a page at a time; never a secret.

    ADMIN reaches those of its organisation, IAM_ADMIN_MAINTENANCE all. Removed clients are not listed.
    """
    page = PageRequest.from_query(request.query)
    found = await store.list_reached(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)
    return client_page(page, found)


def client_page(page: PageRequest, found: list[Client]) -> ClientPage:
    """Return the wire form of a page of which one client more than its limit was read."""
    return ClientPage(
        items=tuple(map(client_answer, found[: page.limit])), next_cursor=page.next_cursor([client.id for client in found])
    )


async def list_clients(reader: Reader) -> list[Client]:
    """Return every client, the oldest first."""
    found: list[Client] = []
    while page := await store.list_clients(reader, after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found
