"""The table of what is to be done beyond this server."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, text

from authme.kernel.database import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user_id", Text, index=True),
    # Sealed with the master key; gone once it is done.
    Column("payload", LargeBinary),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger, index=True),
    Column("fault", Text),
    # Rows of one key are done in the order of their numbers, one after the other.
    Column("order_key", Text),
    Column("order_no", BigInteger),
    # What is to be done, for operators; nothing that the payload is sealed for.
    Column("topic", Text),
)
Index(
    "ix_outbox_pending",
    outbox.c.channel,
    outbox.c.due_at,
    sqlite_where=text("state = 'PENDING'"),
    postgresql_where=text("state = 'PENDING'"),
)
_ORDERED = text("state = 'PENDING' AND order_key IS NOT NULL")
Index(
    "ix_outbox_pending_in_order",
    outbox.c.order_key,
    outbox.c.order_no,
    sqlite_where=_ORDERED,
    postgresql_where=_ORDERED,
)
