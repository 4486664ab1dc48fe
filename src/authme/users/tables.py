"""Tables of users and their names."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, SmallInteger, Table, Text, UniqueConstraint

from authme.kernel.database import metadata
from authme.kernel.database.schema import bytewise_text

user_account = Table(
    "user_account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("name", Text),
    # The name as it is searched: by its beginning.
    Column("name_key", bytewise_text, index=True),
    Column("document", Text, index=True),
    Column("business_id", Text),
    Column("organization_id", Text),
    Column("customer_id", BigInteger),
    Column("language", Text),
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

reserved_name = Table(
    "reserved_name",
    metadata,
    # A keyed hash: of a removed person nothing is kept that could be read.
    Column("name_hash", LargeBinary, primary_key=True),
    Column("until_at", BigInteger, nullable=False, index=True),
)
