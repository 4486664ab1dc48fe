"""Tables of customers."""

from sqlalchemy import BigInteger, Column, ForeignKey, SmallInteger, Table, Text

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
    Column("corporate_group_id", Text, ForeignKey("corporate_group.id"), index=True),
    Column("organization_id", Text, index=True),
    Column("created_at", BigInteger, nullable=False),
)

# One row: the last number given. Taken with the customer in one unit of work, so no number is lost or given twice.
customer_number = Table(
    "customer_number",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
