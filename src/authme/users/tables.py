"""Tables of users and their names."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, Table, Text, UniqueConstraint, text

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
    Column("name_key", bytewise_text),
    Column("document", Text),
    Column("business_id", Text),
    Column("organization_id", Text),
    Column("customer_id", BigInteger),
    Column("language", Text),
    Column("authorities", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("last_login_at", BigInteger),
    Column("locked_at", BigInteger),
    # The legacy logon that is theirs, also among the names.
    Column("logon", Text),
    # Whether an administrator or operator says that the document is theirs; who registers may name any.
    Column("is_document_vouched", SmallInteger, nullable=False, server_default="0"),
)
# What a search filters by comes first, what it is sorted by last: a page costs the same with ten users and ten million.
Index("ix_user_account_by_name", user_account.c.name_key, user_account.c.id)
Index("ix_user_account_by_status", user_account.c.status, user_account.c.id)
_UNKEYED = text("name IS NOT NULL AND name_key IS NULL")
Index("ix_user_account_unkeyed", user_account.c.id, sqlite_where=_UNKEYED, postgresql_where=_UNKEYED)
_IN_ONE: dict[str, Any] = {
    "sqlite_where": text("organization_id IS NOT NULL"),
    "postgresql_where": text("organization_id IS NOT NULL"),
}
Index("ix_user_account_in_organization", user_account.c.organization_id, user_account.c.id, **_IN_ONE)
Index(
    "ix_user_account_in_organization_by_name",
    user_account.c.organization_id,
    user_account.c.name_key,
    user_account.c.id,
    **_IN_ONE,
)
Index(
    "ix_user_account_in_organization_by_status",
    user_account.c.organization_id,
    user_account.c.status,
    user_account.c.id,
    **_IN_ONE,
)
_IN_BUSINESS: dict[str, Any] = {
    "sqlite_where": text("business_id IS NOT NULL"),
    "postgresql_where": text("business_id IS NOT NULL"),
}
# Few hold an office or a role directly.
_WITH_AUTHORITIES: dict[str, Any] = {
    "sqlite_where": text("authorities <> '[]'"),
    "postgresql_where": text("authorities <> '[]'"),
}
# Not unique: what was typed at a registration is no proof, and the name that goes with it is unique.
_WITH_DOCUMENT: dict[str, Any] = {
    "sqlite_where": text("document IS NOT NULL"),
    "postgresql_where": text("document IS NOT NULL"),
}
Index("ix_user_account_by_document", user_account.c.document, **_WITH_DOCUMENT)
Index("ix_user_account_with_authorities", user_account.c.id, **_WITH_AUTHORITIES)
Index("ix_user_account_in_business", user_account.c.business_id, user_account.c.id, **_IN_BUSINESS)

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
    # A keyed hash in hex: of a removed person nothing is kept that could be read.
    Column("name_hash", Text, primary_key=True),
    Column("until_at", BigInteger, nullable=False, index=True),
)
