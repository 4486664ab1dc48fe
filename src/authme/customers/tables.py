"""Tables of customers."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, Table, Text, text

from authme.kernel.database import metadata

customer = Table(
    "customer",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    # BUSINESS or USER.
    Column("kind", Text, nullable=False),
    Column("document", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("trade_name", Text),
    Column("user_id", Text, unique=True),
    # Of a BUSINESS customer the company itself, of a USER customer the one that they are a customer with.
    Column("business_id", Text, index=True),
    # Only where no business says it.
    Column("corporate_group_id", Text, ForeignKey("corporate_group.id"), index=True),
    Column("organization_id", Text),
    Column("created_at", BigInteger, nullable=False),
)
Index("ix_customer_in_organization", customer.c.organization_id, customer.c.id)
_COMPANIES: dict[str, Any] = {"sqlite_where": text("kind = 'BUSINESS'"), "postgresql_where": text("kind = 'BUSINESS'")}
Index("uq_customer_of_business", customer.c.business_id, unique=True, **_COMPANIES)

# One row: the last number given. Taken with the customer in one unit of work, so no number is lost or given twice.
customer_number = Table(
    "customer_number",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
