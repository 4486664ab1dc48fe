"""Identity providers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
compat_version = 1


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.SmallInteger(), nullable=False),
        sa.Column("first_use", sa.Text(), nullable=False),
        sa.Column("creates_users", sa.SmallInteger(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("alias", name=op.f("uq_identity_provider_alias")),
    )
    op.create_index("ix_identity_provider_in_organization", "identity_provider", ["organization_id", "id"], unique=False)
