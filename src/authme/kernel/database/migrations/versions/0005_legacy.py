"""Legacy logons, the embedded directory, and commands in order."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
compat_version = 1


def upgrade() -> None:
    op.add_column("user_account", sa.Column("logon", sa.Text(), nullable=True))
    op.add_column("user_account", sa.Column("is_document_vouched", sa.SmallInteger(), server_default="0", nullable=False))
    has_document = sa.text("document IS NOT NULL")
    op.create_index(
        "ix_user_account_by_document",
        "user_account",
        ["document"],
        unique=False,
        sqlite_where=has_document,
        postgresql_where=has_document,
    )
    _order_the_outbox()
    _make_logons()


def _order_the_outbox() -> None:
    op.add_column("outbox", sa.Column("order_key", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("order_no", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("topic", sa.Text(), nullable=True))
    is_ordered = sa.text("state = 'PENDING' AND order_key IS NOT NULL")
    op.create_index(
        "ix_outbox_pending_in_order",
        "outbox",
        ["order_key", "order_no"],
        unique=False,
        sqlite_where=is_ordered,
        postgresql_where=is_ordered,
    )


def _make_logons() -> None:
    op.create_table(
        "legacy_logon",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("logon", sa.Text(), nullable=False),
        sa.Column("directory", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("business_id", sa.Text(), nullable=True),
        sa.Column("is_chosen", sa.SmallInteger(), nullable=False),
        sa.Column("command_no", sa.BigInteger(), nullable=False),
        sa.Column("password_no", sa.BigInteger(), nullable=False),
        sa.Column("password_done_no", sa.BigInteger(), nullable=False),
        sa.Column("standing_no", sa.BigInteger(), nullable=False),
        sa.Column("standing_done_no", sa.BigInteger(), nullable=False),
        sa.Column("is_revoked", sa.SmallInteger(), nullable=False),
        sa.Column("synced_at", sa.BigInteger(), nullable=True),
        sa.Column("rests_on", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_legacy_logon_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legacy_logon")),
        sa.UniqueConstraint("logon", name=op.f("uq_legacy_logon_logon")),
        sa.UniqueConstraint("user_id", name=op.f("uq_legacy_logon_user_id")),
    )
    op.create_table(
        "embedded_logon",
        sa.Column("logon", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("default_group", sa.Text(), nullable=True),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("secret_changed_at", sa.BigInteger(), nullable=True),
        sa.Column("is_secret_expired", sa.SmallInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("is_revoked", sa.SmallInteger(), nullable=False),
        sa.Column("revoke_at", sa.BigInteger(), nullable=True),
        sa.Column("resume_at", sa.BigInteger(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("logon", name=op.f("pk_embedded_logon")),
    )
