"""Tables of organisations and what stands in them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from authme.kernel.database import metadata

organization = Table(
    "organization",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

business_unit = Table(
    "business_unit",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text, ForeignKey("organization.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_business_unit_in_organization", business_unit.c.organization_id, business_unit.c.id)

application = Table(
    "application",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text, ForeignKey("organization.id"), nullable=False),
    Column("business_unit_id", Text, ForeignKey("business_unit.id"), index=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_application_in_organization", application.c.organization_id, application.c.id)

corporate_group = Table(
    "corporate_group",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_corporate_group_in_organization", corporate_group.c.organization_id, corporate_group.c.id)

business = Table(
    "business",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text),
    Column("document", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    # One at most, by being a column.
    Column("corporate_group_id", Text, ForeignKey("corporate_group.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_business_in_organization", business.c.organization_id, business.c.id)
Index("ix_business_in_corporate_group", business.c.corporate_group_id, business.c.id)

service_account = Table(
    "service_account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization_id", Text),
    Column("business_id", Text, ForeignKey("business.id"), index=True),
    Column("application_id", Text, ForeignKey("application.id"), index=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
Index("ix_service_account_in_organization", service_account.c.organization_id, service_account.c.id)
