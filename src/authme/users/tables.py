"""Tables of users and their names."""

from sqlalchemy import BigInteger, Column, ForeignKey, SmallInteger, Table, Text, UniqueConstraint

from authme.kernel.database import metadata

user_account = Table(
    "user_account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("name", Text),
    Column("document", Text),
    Column("business_id", Text),
    Column("organization_id", Text),
    Column("customer_id", BigInteger),
    Column("authorities", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_login_at", BigInteger),
    Column("locked_at", BigInteger),
)

identity = Table(
    "identity",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id"), nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("value_key", Text, nullable=False, index=True),
    Column("verified", SmallInteger, nullable=False),
    Column("main", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("type", "value_key"),
)
