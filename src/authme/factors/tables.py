"""Tables of what people prove themselves with beside a password."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text, UniqueConstraint

from authme.kernel.database import metadata

factor = Table(
    "factor",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id"), nullable=False),
    Column("contact_type", Text, nullable=False),
    Column("value", Text),
    # What makes it the same factor again: the contact's key, or a word for what a person has one of.
    Column("value_key", Text, nullable=False),
    Column("name", Text),
    Column("tags", Text, nullable=False),
    Column("secret_sealed", LargeBinary),
    Column("last_step", BigInteger, nullable=False),
    Column("credential_id", LargeBinary, unique=True),
    Column("public_key", LargeBinary),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger),
    UniqueConstraint("user_id", "contact_type", "value_key"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("factor_id", Text, ForeignKey("factor.id"), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    Column("used_at", BigInteger),
)
