"""CU-01: make a company a customer."""

from datetime import datetime

from authme.audit import record
from authme.customers import store
from authme.customers.belonging import hold_business, hold_corporate_group, insert, place_of_new
from authme.customers.model import Customer
from authme.customers.wire import read_document
from authme.kernel.context import Context
from authme.kernel.errors import AlreadyExists, malformed
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Text, Wire
from authme.users import names


class BusinessCustomerRequest(Wire, frozen=True, kw_only=True):
    """CU-01."""

    business_id: Id | None = None
    document: Text
    legal_name: Text
    trade_name: Text | None = None
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
    """Make a company a customer, with the next number.

    Its business, if one is named, has the same document, and its corporate group is the business's unless another is named.
    Raises (107) for a business or corporate group that is not there for the caller, AlreadyExists (409) for a document or a
    business that is a customer already.
    """
    document = read_document(body.document, names.cnpj)
    business = await hold_business(ctx, body.business_id) if body.business_id is not None else None
    if business is not None and business.document != document:
        raise malformed("document", "the document of the business is expected")
    group_id = body.corporate_group_id or (business.corporate_group_id if business else None)
    group = await hold_corporate_group(ctx, group_id) if group_id is not None else None
    if business is not None and await store.find_of_business(ctx.tx, business.id) is not None:
        raise AlreadyExists("The business is a customer.")
    stands_with = business or group
    made = Customer(
        id=0,
        kind="BUSINESS",
        document=document,
        name=body.legal_name,
        trade_name=body.trade_name,
        user_id=None,
        business_id=body.business_id,
        corporate_group_id=group_id,
        organization_id=place_of_new(ctx, stands_with.place if stands_with else None),
        created_at=ctx.clock.now_ms(),
    )
    number = await insert(ctx, made)
    record(ctx, "customer.created", str(number))
    return BusinessCustomer(
        customer_id=number,
        business_id=made.business_id,
        document=made.document,
        legal_name=made.name,
        trade_name=made.trade_name,
        corporate_group_id=made.corporate_group_id,
        created_at=moment(made.created_at),
    )
