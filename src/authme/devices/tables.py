"""Tables of devices and of what logs a person in on one again."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text

from authme.kernel.database import metadata

device = Table(
    "device",
    metadata,
    Column("user_id", Text, ForeignKey("user_account.id"), primary_key=True),
    # The application's own name for the device, of any form.
    Column("device_id", Text, primary_key=True),
    Column("device_token_id", Text),
    Column("version", Text),
    Column("name", Text),
    Column("associated_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=False),
)

remember_me = Table(
    "remember_me",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id"), nullable=False, index=True),
    Column("client_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
