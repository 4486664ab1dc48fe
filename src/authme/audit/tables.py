"""The tables of the audit."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, text

from authme.kernel.database.schema import metadata, serial

audit_event = Table(
    "audit_event",
    metadata,
    Column("id", serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("client_id", Text),
    Column("user_id", Text),
    Column("target", Text),
    Column("source", Text),
    Column("request_id", Text),
    Column("detail", Text),
    Column("seal", BigInteger),
    # No number is given out twice, also not that of the newest row once it is deleted.
    sqlite_autoincrement=True,
)
Index("ix_audit_event_user_id_at", audit_event.c.user_id, audit_event.c.at)
Index("ix_audit_event_target_at", audit_event.c.target, audit_event.c.at)
Index(
    "ix_audit_event_unsealed",
    audit_event.c.id,
    sqlite_where=text("seal IS NULL"),
    postgresql_where=text("seal IS NULL"),
)

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("row_checks", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
)
