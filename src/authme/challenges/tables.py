"""The table of challenges."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from authme.kernel.database import metadata

challenge = Table(
    "challenge",
    metadata,
    Column("id", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    # The user's id, or what stands for a name that nobody has: no foreign key.
    Column("subject", Text, nullable=False),
    Column("session_id", Text),
    Column("client_id", Text),
    Column("factor_id", Text),
    Column("code_hash", LargeBinary),
    Column("data", Text),
    Column("tries", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("validated_at", BigInteger),
    Column("used_at", BigInteger),
)
Index("ix_challenge_subject_purpose", challenge.c.subject, challenge.c.purpose)
