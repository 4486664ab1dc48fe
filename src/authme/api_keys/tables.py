"""Tables of API keys."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text

from authme.kernel.database import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("client_id", Text, ForeignKey("client.id"), nullable=False, index=True),
    Column("description", Text),
    # Keyed hashes: the key itself is not kept.
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("last_four", Text, nullable=False),
    # The key of before the last rotation, good until its time.
    Column("previous_hash", LargeBinary, unique=True),
    Column("previous_until", BigInteger),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
