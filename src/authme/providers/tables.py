"""The table of identity providers."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table, Text

from authme.kernel.database import metadata

identity_provider = Table(
    "identity_provider",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text),
    Column("kind", Text, nullable=False),
    Column("alias", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("is_enabled", SmallInteger, nullable=False),
    Column("first_use", Text, nullable=False),
    Column("creates_users", SmallInteger, nullable=False),
    Column("settings", Text, nullable=False),
    # The client's secret or its private key, the service provider's private key; sealed.
    Column("secret", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_identity_provider_in_organization", identity_provider.c.organization_id, identity_provider.c.id)
