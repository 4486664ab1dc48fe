"""Tables of logons: whose they are, and the directory that is kept here."""

from sqlalchemy import BigInteger, Column, ForeignKey, SmallInteger, Table, Text

from authme.kernel.database import metadata

legacy_logon = Table(
    "legacy_logon",
    metadata,
    Column("id", Text, primary_key=True),
    Column("logon", Text, nullable=False, unique=True),
    Column("directory", Text, nullable=False),
    # A user has one logon at most.
    Column("user_id", Text, ForeignKey("user_account.id"), nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("request_id", Text),
    Column("group_name", Text),
    Column("business_id", Text),
    Column("is_chosen", SmallInteger, nullable=False),
    # Each command has the next number; of passwords and standing the newest ordered, and the newest done.
    Column("command_no", BigInteger, nullable=False),
    Column("password_no", BigInteger, nullable=False),
    Column("password_done_no", BigInteger, nullable=False),
    Column("standing_no", BigInteger, nullable=False),
    Column("standing_done_no", BigInteger, nullable=False),
    Column("is_revoked", SmallInteger, nullable=False),
    Column("synced_at", BigInteger),
    # The contact whose code alone made it its user's: the two are one proof.
    Column("rests_on", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

embedded_logon = Table(
    "embedded_logon",
    metadata,
    Column("logon", Text, primary_key=True),
    Column("name", Text),
    Column("document", Text),
    Column("email", Text),
    Column("mobile", Text),
    Column("default_group", Text),
    # A JSON array.
    Column("groups", Text, nullable=False),
    # None: nobody knows a secret of it.
    Column("secret_hash", Text),
    Column("secret_changed_at", BigInteger),
    Column("is_secret_expired", SmallInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("is_revoked", SmallInteger, nullable=False),
    # Days in UTC, as epoch milliseconds of their beginning.
    Column("revoke_at", BigInteger),
    Column("resume_at", BigInteger),
    Column("mark", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
