"""Customers at rest."""

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, update

from authme.customers.model import Customer
from authme.customers.tables import customer, customer_number
from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.organizations.tables import business
from authme.relation import Reach

_FIELDS = Customer.__struct_fields__
_INSERT = Statement(insert(customer).values({name: bindparam(name) for name in _FIELDS}))
_NUMBER = Statement(
    update(customer_number)
    .where(customer_number.c.id == 1)
    .values(last=customer_number.c.last + 1)
    .returning(customer_number.c.last)
)
_whole = select(customer, business.c.corporate_group_id.label("group_of_business")).join_from(
    customer, business, and_(business.c.id == customer.c.business_id, customer.c.kind == "BUSINESS"), isouter=True
)
_FIND = Statement(_whole.where(customer.c.id == bindparam("number")))
_DELETE = Statement(delete(customer).where(customer.c.id == bindparam("number")))
_FOLLOW = Statement(
    update(customer)
    .where(and_(customer.c.business_id == bindparam("business"), customer.c.kind == "BUSINESS"))
    .values(document=bindparam("becomes"))
)
_FORGET = Statement(delete(customer).where(customer.c.user_id == bindparam("of_user")))
_BY_DOCUMENT = Statement(_whole.where(customer.c.document == bindparam("document")))
_OF_BUSINESS = Statement(
    _whole.where(and_(customer.c.business_id == bindparam("business"), customer.c.kind == "BUSINESS")).limit(1)
)
_page = _whole.where(customer.c.id > bindparam("after")).order_by(customer.c.id).limit(bindparam("at_most"))
_LIST = Statement(_page)
_LIST_IN_ORGANIZATION = Statement(_page.where(customer.c.organization_id == bindparam("organization")))


async def next_number(tx: Transaction) -> int:
    """Return the next number; nobody else gets one until the unit of work is over, and an undone unit gives it back."""
    row = await tx.returning(_NUMBER)
    if row is None:
        raise LookupError("the row of numbers is missing: the schema is not whole")
    return int(row[0])


async def insert_customer(tx: Transaction, made: Customer) -> None:
    """Insert the customer; raises UniqueViolation for a document, a user or a business that is one already."""
    # Which corporate group a business is in, the business says.
    stored = made if made.business_id is None else msgspec.structs.replace(made, corporate_group_id=None)
    await tx.run(_INSERT, **msgspec.structs.asdict(stored))


async def find(reader: Reader, number: int) -> Customer | None:
    """Return the customer of this number."""
    row = await reader.one(_FIND, number=number)
    return _customer(row) if row else None


async def delete_customer(tx: Transaction, number: int) -> bool:
    """Delete the customer. The number is not given again."""
    return await tx.run(_DELETE, number=number) == 1


async def follow_business(tx: Transaction, business_id: str, document: str) -> None:
    """Let the customer that a business is have the business's new document; raises UniqueViolation for another's."""
    await tx.run(_FOLLOW, business=business_id, becomes=document)


async def forget_user(tx: Transaction, user_id: str) -> None:
    """Delete the customer that a user is: a name and a document. The number is not given again."""
    await tx.run(_FORGET, of_user=user_id)


async def find_by_document(reader: Reader, document: str) -> Customer | None:
    """Return the customer with this bare document."""
    row = await reader.one(_BY_DOCUMENT, document=document)
    return _customer(row) if row else None


async def find_of_business(reader: Reader, business_id: str) -> Customer | None:
    """Return the customer that a business is."""
    row = await reader.one(_OF_BUSINESS, business=business_id)
    return _customer(row) if row else None


async def list_customers(reader: Reader, reach: Reach, *, after: int, limit: int) -> list[Customer]:
    """Return up to `limit` of the customers that are reached, in the order of their numbers."""
    if reach.by == "EVERYWHERE":
        rows = await reader.all(_LIST, after=after, at_most=limit)
    elif reach.by == "ORGANIZATION":
        rows = await reader.all(_LIST_IN_ORGANIZATION, organization=reach.id, after=after, at_most=limit)
    else:
        rows = []
    return [_customer(row) for row in rows]


def _customer(row: Row) -> Customer:
    values = {name: row[name] for name in _FIELDS}
    return Customer(**values | {"corporate_group_id": row["corporate_group_id"] or row["group_of_business"]})
