"""The table of messages that stay on this machine, in development."""

from sqlalchemy import BigInteger, Column, Table, Text

from authme.kernel.database import metadata

local_message = Table(
    "local_message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
