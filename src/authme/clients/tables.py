"""Tables of clients."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table, Text, text

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


def _given(column: str) -> dict[str, Any]:
    return {"sqlite_where": text(f"{column} IS NOT NULL"), "postgresql_where": text(f"{column} IS NOT NULL")}


_REDIRECTING: dict[str, Any] = {
    "sqlite_where": text("status = 'ACTIVE' AND redirect_uris <> '[]'"),
    "postgresql_where": text("status = 'ACTIVE' AND redirect_uris <> '[]'"),
}
Index("ix_client_with_redirects", client.c.id, **_REDIRECTING)
Index("ix_client_of_user", client.c.user_id, client.c.id, **_given("user_id"))
Index("ix_client_of_business", client.c.business_id, client.c.id, **_given("business_id"))
Index("ix_client_of_application", client.c.app_id, client.c.id)
Index("ix_client_of_service_account", client.c.service_account_id, client.c.id, **_given("service_account_id"))
Index("ix_client_in_organization", client.c.organization_id, client.c.id, **_given("organization_id"))
Index("ix_client_in_unit", client.c.business_unit_id, client.c.id, **_given("business_unit_id"))
