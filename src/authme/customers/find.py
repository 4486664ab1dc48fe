"""Find customers, for administrators."""

from authme.customers import store
from authme.customers.model import Customer
from authme.customers.wire import CustomerAnswer, CustomerPage, shown
from authme.kernel.context import Context
from authme.kernel.errors import NotFound, malformed
from authme.kernel.http import Parameter, Request
from authme.kernel.paging import PAGE, PageRequest
from authme.relation import check_reaches, reach_of, reaches
from authme.users import names
from authme.users.wire import read_document

QUERY = (Parameter("document"), *PAGE)
_LONGEST = 18


async def get(ctx: Context, number: str) -> Customer:
    """Return the customer of this number; raise NotFound for one that is not there for the caller."""
    found = await store.find(ctx.tx, int(number)) if _is_number(number) else None
    if found is None:
        raise NotFound
    check_reaches(ctx.caller, found.place)
    return found


async def show(ctx: Context, number: str) -> CustomerAnswer:
    """Return the customer of this number."""
    return shown(await get(ctx, number))


async def list_page(ctx: Context, request: Request) -> CustomerPage:
    """Return a page of the customers that the caller reaches, in the order of their numbers; or the one with a `document`."""
    document = request.query.get("document")
    if document is not None:
        one = await store.find_by_document(ctx.tx, read_document(document, names.document))
        return _page([one] if one is not None and reaches(ctx.caller, one.place) else [], None)
    page = PageRequest.from_query(request.query)
    if page.after and not _is_number(page.after):
        raise malformed("cursor", "the nextCursor of an earlier page is expected")
    found = await store.list_customers(ctx.tx, reach_of(ctx.caller), after=int(page.after or 0), limit=page.limit + 1)
    return _page(found[: page.limit], page.next_cursor([str(one.id) for one in found]))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST


def _page(found: list[Customer], next_cursor: str | None) -> CustomerPage:
    return CustomerPage(items=tuple(map(shown, found)), next_cursor=next_cursor)
