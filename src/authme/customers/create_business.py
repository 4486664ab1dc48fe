"""CU-01: make a company a customer."""

from datetime import datetime

from authme.customers import store
from authme.customers.belonging import hold_business, hold_corporate_group, insert, place_of_new
from authme.customers.model import Customer
from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists, StateForbids, malformed
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Text, Title, Wire
from authme.organizations.model import Business, CorporateGroup
from authme.users import names
from authme.users.named_business import get_named_business
from authme.users.wire import read_document


class BusinessCustomerRequest(Wire, frozen=True, kw_only=True):
    """CU-01."""

    business_id: Id | None = None
    document: Text
    legal_name: Title
    trade_name: Title | None = None
    corporate_group_id: Id | None = None


class BusinessCustomer(Answer, frozen=True):
    """A company that is a customer."""

    customer_id: int
    business_id: str | None
    document: str
    legal_name: str
    trade_name: str | None
    corporate_group_id: str | None
    created_at: datetime


async def create_business_customer(ctx: Context, body: BusinessCustomerRequest) -> BusinessCustomer:
    """Make a company a customer, with the next number, which tokens that act for its business name as `customer_id`.

    Its business, if one is named, has the same document (102), and what corporate group that is in is the customer's. Raises
    (107) for a business or corporate group that is not there for the caller, AlreadyExists (409) for a document or a business
    that is a customer already, StateForbids (409) for a business of another corporate group.
    """
    document = read_document(body.document, names.cnpj)
    group_id = body.corporate_group_id
    if group_id is None and body.business_id is not None:
        group_id = (await get_named_business(ctx, body.business_id)).corporate_group_id
    group = await hold_corporate_group(ctx, group_id) if group_id is not None else None
    business = await _hold_company(ctx, body.business_id, document, group) if body.business_id is not None else None
    stands_with = business or group
    made = Customer(
        kind="BUSINESS",
        document=document,
        name=body.legal_name,
        trade_name=body.trade_name,
        business_id=body.business_id,
        corporate_group_id=group_id,
        organization_id=place_of_new(ctx, stands_with.place if stands_with else None),
        created_at=ctx.clock.now_ms(),
    )
    return _shown(await insert(ctx, made))


async def _hold_company(ctx: Context, business_id: str, document: str, group: CorporateGroup | None) -> Business:
    """Return the business, which has to be that company, of no corporate group but this, and no customer yet."""
    business = await hold_business(ctx, business_id)
    if business.document != document:
        raise malformed("document", "the document of the business is expected")
    if group is not None and group.organization_id != business.organization_id:
        raise malformed("corporateGroupId", "a corporate group of the business's organisation is expected")
    if business.corporate_group_id not in {None, group.id if group else None}:
        raise StateForbids("The business is in another corporate group.")
    if await store.find_of_business(ctx.tx, business.id) is not None:
        raise AlreadyExists("The business is a customer.")
    return business


def _shown(made: Customer) -> BusinessCustomer:
    return BusinessCustomer(
        customer_id=made.id,
        business_id=made.business_id,
        document=made.document,
        legal_name=made.name,
        trade_name=made.trade_name,
        corporate_group_id=made.corporate_group_id,
        created_at=moment(made.created_at),
    )
