"""An index of the groups that belong to a business or a corporate group, with all that says whom they reach."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
compat_version = 1


def upgrade() -> None:
    confined = sa.text("business_id IS NOT NULL OR corporate_group_id IS NOT NULL")
    op.create_index(
        "ix_access_group_confined",
        "access_group",
        ["id", "business_id", "corporate_group_id"],
        unique=False,
        sqlite_where=confined,
        postgresql_where=confined,
    )
