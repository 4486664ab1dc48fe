"""The metadata that all feature tables hang on, and the tables of the kernel itself."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# An integer key that SQLite hands out itself is spelled INTEGER there; PostgreSQL gets a BIGSERIAL.
serial = BigInteger().with_variant(Integer(), "sqlite")
# Compared byte by byte on both engines, whatever the language of the database, so that an index finds what begins alike.
bytewise_text = Text().with_variant(Text(collation="C"), "postgresql")

schema_info = Table(
    "schema_info",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("schema_version", BigInteger, nullable=False),
    Column("compat_version", BigInteger, nullable=False),
    Column("installed_at", BigInteger, nullable=False),
)

change_feed = Table(
    "change_feed",
    metadata,
    Column("seq", serial, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

job_lease = Table(
    "job_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until_at", BigInteger, nullable=False),
)

__all__ = ["bytewise_text", "change_feed", "job_lease", "metadata", "schema_info", "serial"]
