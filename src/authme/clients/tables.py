"""Tables of clients."""

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table, Text

from authme.kernel.database import metadata

client = Table(
    "client",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("name", Text),
    Column("user_id", Text),
    Column("business_id", Text),
    Column("service_account_id", Text),
    Column("business_unit_id", Text),
    Column("organization_id", Text),
    Column("logon", Text),
    Column("secret_hash", LargeBinary),
    Column("jwks", Text),
    Column("first_party", SmallInteger, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("grant_types", Text, nullable=False),
    Column("redirect_uris", Text, nullable=False),
    Column("alg", Text, nullable=False),
    Column("expires_in_format", Text, nullable=False),
    Column("token_aliases", SmallInteger, nullable=False),
    Column("factor_visibility", Text, nullable=False),
    Column("access_token_seconds", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
