"""AK-02: list API keys."""

from authme.api_keys import store
from authme.api_keys.model import ApiKey
from authme.kernel.context import OPERATOR, Context
from authme.kernel.database import Reader
from authme.kernel.paging import PageRequest
from authme.relation import reach_of

_PAGE = 200


async def list_page(ctx: Context, page: PageRequest) -> list[ApiKey]:
    """Return a page of the keys of clients that the caller reaches, and one more if there is a next page."""
    return await store.list_keys(ctx.tx, reach_of(ctx.caller), after=page.after, limit=page.limit + 1)


async def list_all(reader: Reader) -> list[ApiKey]:
    """Return every key, the oldest first, for an operator."""
    found: list[ApiKey] = []
    while page := await store.list_keys(reader, reach_of(OPERATOR), after=found[-1].id if found else "", limit=_PAGE):
        found += page
    return found
