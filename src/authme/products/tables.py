"""Tables of product accesses."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Table, Text

from authme.kernel.database import metadata

product_access = Table(
    "product_access",
    metadata,
    Column("id", Text, primary_key=True),
    # A keyed hash: the token itself is not kept.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("order_id", Text, nullable=False),
    Column("is_external_order", SmallInteger, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("product_alias", Text),
    Column("sku", Text, nullable=False),
    Column("billing_type", Text, nullable=False),
    Column("show_case_id", Text),
    Column("sku_price_hash_code", Text),
    Column("user_id", Text, nullable=False),
    Column("business_id", Text),
    Column("client_id", Text, nullable=False),
    # Of the user, else of the client; "" for none.
    Column("organization_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
Index("ix_product_access_of_user", product_access.c.user_id, product_access.c.order_id)

# An order stays cancelled: no new token is issued for it. Orders of two organisations may be called alike.
cancelled_order = Table(
    "cancelled_order",
    metadata,
    Column("order_id", Text, nullable=False),
    Column("organization_id", Text, nullable=False),
    Column("cancelled_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("order_id", "organization_id"),
)
