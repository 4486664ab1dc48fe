"""Customers on the wire."""

from datetime import datetime

from authme.customers.model import Customer
from authme.kernel.times import moment
from authme.kernel.wire import Answer


class CustomerAnswer(Answer, frozen=True):
    """A customer."""

    customer_id: int
    kind: str
    document: str
    name: str
    trade_name: str | None
    user_id: str | None
    business_id: str | None
    corporate_group_id: str | None
    created_at: datetime


class CustomerPage(Answer, frozen=True):
    """A page of customers."""

    items: tuple[CustomerAnswer, ...]
    next_cursor: str | None


def shown(found: Customer) -> CustomerAnswer:
    """Return the wire form of a customer."""
    return CustomerAnswer(
        customer_id=found.id,
        kind=found.kind,
        document=found.document,
        name=found.name,
        trade_name=found.trade_name,
        user_id=found.user_id,
        business_id=found.business_id,
        corporate_group_id=found.corporate_group_id,
        created_at=moment(found.created_at),
    )
