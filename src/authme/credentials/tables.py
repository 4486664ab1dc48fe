"""Tables of passwords and of failures counted."""

from sqlalchemy import BigInteger, Column, ForeignKey, SmallInteger, Table, Text

from authme.kernel.database import metadata

credential = Table(
    "credential",
    metadata,
    Column("user_id", Text, ForeignKey("user_account.id"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("must_change", SmallInteger, nullable=False),
    # The contact whose code set the password, if that was all that proved the person: the two are one proof.
    Column("recovered_by", Text),
)

attempt = Table(
    "attempt",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("failures", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
