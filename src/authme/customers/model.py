"""Customers."""

from typing import Literal

import msgspec

from authme.relation import Place

CustomerKind = Literal["BUSINESS", "USER"]


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A person or company that is known by a number. One document is one customer. Times are epoch milliseconds."""

    id: int = 0
    """The number; 0 until it is given, at the very end."""
    kind: CustomerKind
    document: str
    name: str
    trade_name: str | None = None
    user_id: str | None = None
    business_id: str | None = None
    """Of a company the business that it is, of a person the one that they are a customer with."""
    corporate_group_id: str | None = None
    """Of a company with a business that which the business is in today."""
    organization_id: str | None
    created_at: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(organization_id=self.organization_id)
