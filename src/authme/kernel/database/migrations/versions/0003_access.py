"""Organisations, groups with roles, API keys, product accesses and customers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
compat_version = 1


def upgrade() -> None:
    _make_structure()
    _make_groups()
    _make_api_keys()
    _make_product_accesses()
    _make_customers()
    _index_what_was_there()


def _make_structure() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_table(
        "business_unit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_business_unit_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_unit")),
    )
    op.create_index("ix_business_unit_in_organization", "business_unit", ["organization_id", "id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("business_unit_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_unit_id"], ["business_unit.id"], name=op.f("fk_application_business_unit_id_business_unit")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_application_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_business_unit_id"), "application", ["business_unit_id"], unique=False)
    op.create_index("ix_application_in_organization", "application", ["organization_id", "id"], unique=False)
    op.create_table(
        "corporate_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corporate_group")),
    )
    op.create_index("ix_corporate_group_in_organization", "corporate_group", ["organization_id", "id"], unique=False)
    op.create_table(
        "business",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("corporate_group_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corporate_group_id"], ["corporate_group.id"], name=op.f("fk_business_corporate_group_id_corporate_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business")),
        sa.UniqueConstraint("document", name=op.f("uq_business_document")),
    )
    op.create_index("ix_business_in_corporate_group", "business", ["corporate_group_id", "id"], unique=False)
    op.create_index("ix_business_in_organization", "business", ["organization_id", "id"], unique=False)
    op.create_table(
        "service_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("business_id", sa.Text(), nullable=True),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_service_account_application_id_application")
        ),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_service_account_business_id_business")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_account")),
    )
    op.create_index(op.f("ix_service_account_application_id"), "service_account", ["application_id"], unique=False)
    op.create_index(op.f("ix_service_account_business_id"), "service_account", ["business_id"], unique=False)
    op.create_index("ix_service_account_in_organization", "service_account", ["organization_id", "id"], unique=False)


def _make_groups() -> None:
    op.create_table(
        "role",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_role")),
    )
    op.create_index("ix_role_in_organization", "role", ["organization_id", "name"], unique=False)
    op.create_table(
        "access_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("business_id", sa.Text(), nullable=True),
        sa.Column("corporate_group_id", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_access_group_business_id_business")),
        sa.ForeignKeyConstraint(
            ["corporate_group_id"], ["corporate_group.id"], name=op.f("fk_access_group_corporate_group_id_corporate_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_group")),
    )
    op.create_index(op.f("ix_access_group_corporate_group_id"), "access_group", ["corporate_group_id"], unique=False)
    op.create_index("ix_access_group_in_business", "access_group", ["business_id", "id"], unique=False)
    op.create_index("ix_access_group_in_organization", "access_group", ["organization_id", "id"], unique=False)
    op.create_index("ix_access_group_of_owner", "access_group", ["owner_id", "id"], unique=False)
    op.create_table(
        "group_role",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["access_group.id"], name=op.f("fk_group_role_group_id_access_group")),
        sa.ForeignKeyConstraint(["role"], ["role.name"], name=op.f("fk_group_role_role_role")),
        sa.PrimaryKeyConstraint("group_id", "role", name=op.f("pk_group_role")),
    )
    op.create_index(op.f("ix_group_role_role"), "group_role", ["role"], unique=False)
    op.create_table(
        "group_dependency",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("depends_on_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["depends_on_id"], ["access_group.id"], name=op.f("fk_group_dependency_depends_on_id_access_group")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["access_group.id"], name=op.f("fk_group_dependency_group_id_access_group")),
        sa.PrimaryKeyConstraint("group_id", "depends_on_id", name=op.f("pk_group_dependency")),
    )
    op.create_index(op.f("ix_group_dependency_depends_on_id"), "group_dependency", ["depends_on_id"], unique=False)
    op.create_table(
        "group_graph",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_graph")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("member_type", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["access_group.id"], name=op.f("fk_group_member_group_id_access_group")),
        sa.PrimaryKeyConstraint("group_id", "member_type", "member_id", name=op.f("pk_group_member")),
    )
    op.create_index("ix_group_member_by_member", "group_member", ["member_id", "member_type", "group_id"], unique=False)
    op.execute("INSERT INTO group_graph (id, changes) VALUES (1, 0)")


def _make_api_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_api_key_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_api_key_previous_hash")),
    )
    op.create_index(op.f("ix_api_key_client_id"), "api_key", ["client_id"], unique=False)


def _make_product_accesses() -> None:
    op.create_table(
        "product_access",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("is_external_order", sa.SmallInteger(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("product_alias", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("billing_type", sa.Text(), nullable=False),
        sa.Column("show_case_id", sa.Text(), nullable=True),
        sa.Column("sku_price_hash_code", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("business_id", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_access")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_product_access_token_hash")),
    )
    op.create_index(op.f("ix_product_access_expires_at"), "product_access", ["expires_at"], unique=False)
    op.create_index("ix_product_access_of_user", "product_access", ["user_id", "order_id"], unique=False)
    op.create_table(
        "cancelled_order",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "organization_id", name=op.f("pk_cancelled_order")),
    )


def _make_customers() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trade_name", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("business_id", sa.Text(), nullable=True),
        sa.Column("corporate_group_id", sa.Text(), nullable=True),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corporate_group_id"], ["corporate_group.id"], name=op.f("fk_customer_corporate_group_id_corporate_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("document", name=op.f("uq_customer_document")),
        sa.UniqueConstraint("user_id", name=op.f("uq_customer_user_id")),
    )
    op.create_index(op.f("ix_customer_business_id"), "customer", ["business_id"], unique=False)
    op.create_index(op.f("ix_customer_corporate_group_id"), "customer", ["corporate_group_id"], unique=False)
    op.create_index("ix_customer_in_organization", "customer", ["organization_id", "id"], unique=False)
    company = sa.text("kind = 'BUSINESS'")
    op.create_index(
        "uq_customer_of_business", "customer", ["business_id"], unique=True, sqlite_where=company, postgresql_where=company
    )
    op.create_table(
        "customer_number",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_number")),
    )
    op.execute("INSERT INTO customer_number (id, last) VALUES (1, 0)")


def _index_what_was_there() -> None:
    holding = sa.text("authorities <> '[]'")
    op.create_index(
        "ix_user_account_with_authorities", "user_account", ["id"], unique=False, sqlite_where=holding, postgresql_where=holding
    )
    redirecting = sa.text("status = 'ACTIVE' AND redirect_uris <> '[]'")
    op.create_index(
        "ix_client_with_redirects", "client", ["id"], unique=False, sqlite_where=redirecting, postgresql_where=redirecting
    )
    op.create_index(
        "ix_client_in_organization",
        "client",
        ["organization_id", "id"],
        unique=False,
        sqlite_where=sa.text("organization_id IS NOT NULL"),
        postgresql_where=sa.text("organization_id IS NOT NULL"),
    )
    op.create_index(
        "ix_client_in_unit",
        "client",
        ["business_unit_id", "id"],
        unique=False,
        sqlite_where=sa.text("business_unit_id IS NOT NULL"),
        postgresql_where=sa.text("business_unit_id IS NOT NULL"),
    )
    op.create_index("ix_client_of_application", "client", ["app_id", "id"], unique=False)
    op.create_index(
        "ix_client_of_business",
        "client",
        ["business_id", "id"],
        unique=False,
        sqlite_where=sa.text("business_id IS NOT NULL"),
        postgresql_where=sa.text("business_id IS NOT NULL"),
    )
    op.create_index(
        "ix_client_of_service_account",
        "client",
        ["service_account_id", "id"],
        unique=False,
        sqlite_where=sa.text("service_account_id IS NOT NULL"),
        postgresql_where=sa.text("service_account_id IS NOT NULL"),
    )
    op.create_index(
        "ix_client_of_user",
        "client",
        ["user_id", "id"],
        unique=False,
        sqlite_where=sa.text("user_id IS NOT NULL"),
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_user_account_in_business",
        "user_account",
        ["business_id", "id"],
        unique=False,
        sqlite_where=sa.text("business_id IS NOT NULL"),
        postgresql_where=sa.text("business_id IS NOT NULL"),
    )
