"""Factors, challenges, devices, the outbox, and what removal leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
compat_version = 1

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _change_tables_of_before()
    _make_outbox()
    _make_challenges()
    _make_factors()
    _make_devices()
    op.create_table(
        "reserved_name",
        sa.Column("name_hash", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_reserved_name")),
    )
    op.create_index(op.f("ix_reserved_name_until_at"), "reserved_name", ["until_at"], unique=False)


def _change_tables_of_before() -> None:
    op.add_column("user_account", sa.Column("name_key", _BYTEWISE, nullable=True))
    op.add_column("user_account", sa.Column("language", sa.Text(), nullable=True))
    _index_for_search()
    op.add_column("credential", sa.Column("recovered_by", sa.Text(), nullable=True))
    op.add_column("session", sa.Column("device_id", sa.Text(), nullable=True))
    op.add_column("session", sa.Column("proofs", sa.Text(), nullable=True))
    op.add_column("refresh_token", sa.Column("acts_for", sa.Text(), nullable=True))


def _index_for_search() -> None:
    # What was there before, and what the version before adds while both serve, gets its key from a job.
    unkeyed = sa.text("name IS NOT NULL AND name_key IS NULL")
    op.create_index(
        "ix_user_account_unkeyed", "user_account", ["id"], unique=False, sqlite_where=unkeyed, postgresql_where=unkeyed
    )
    in_one = sa.text("organization_id IS NOT NULL")
    for name, columns, where in (
        ("by_name", ["name_key", "id"], None),
        ("by_status", ["status", "id"], None),
        ("in_organization", ["organization_id", "id"], in_one),
        ("in_organization_by_name", ["organization_id", "name_key", "id"], in_one),
        ("in_organization_by_status", ["organization_id", "status", "id"], in_one),
    ):
        op.create_index(
            f"ix_user_account_{name}", "user_account", columns, unique=False, sqlite_where=where, postgresql_where=where
        )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_user_id"), "outbox", ["user_id"], unique=False)
    op.create_index(op.f("ix_outbox_done_at"), "outbox", ["done_at"], unique=False)
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["channel", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'PENDING'"),
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_table(
        "local_message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_message")),
    )


def _make_challenges() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("factor_id", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("validated_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
    )
    op.create_index(op.f("ix_challenge_expires_at"), "challenge", ["expires_at"], unique=False)
    op.create_index("ix_challenge_subject_purpose", "challenge", ["subject", "purpose"], unique=False)


def _make_factors() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("contact_type", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("value_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_factor_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_factor_credential_id")),
        sa.UniqueConstraint("user_id", "contact_type", "value_key", name=op.f("uq_factor_user_id_contact_type_value_key")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("factor_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["factor_id"], ["factor.id"], name=op.f("fk_recovery_code_factor_id_factor")),
        sa.PrimaryKeyConstraint("factor_id", "code_hash", name=op.f("pk_recovery_code")),
    )


def _make_devices() -> None:
    op.create_table(
        "device",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("device_token_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("associated_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_device_user_id_user_account")),
        sa.PrimaryKeyConstraint("user_id", "device_id", name=op.f("pk_device")),
    )
    op.create_table(
        "remember_me",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_remember_me_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remember_me")),
    )
    op.create_index(op.f("ix_remember_me_user_id"), "remember_me", ["user_id"], unique=False)
    op.create_index(op.f("ix_remember_me_expires_at"), "remember_me", ["expires_at"], unique=False)
