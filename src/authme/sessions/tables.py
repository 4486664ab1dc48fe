"""Tables of sessions."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from authme.kernel.database import metadata

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id"), index=True),
    Column("client_id", Text, nullable=False, index=True),
    Column("level", Text),
    Column("client_level", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("business_id", Text),
    Column("device_id", Text),
    # When each method of `amr` was proved last.
    Column("proofs", Text),
    Column("auth_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger, index=True),
    Column("ended_reason", Text),
)
