"""Tables of refresh tokens and of assertions used."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text

from authme.kernel.database import metadata

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("session_id", Text, ForeignKey("session.id"), nullable=False, index=True),
    Column("client_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    # The business that its holder acts for.
    Column("acts_for", Text),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

used_assertion = Table(
    "used_assertion",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
