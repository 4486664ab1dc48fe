"""The table of the signing keys."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, text

from authme.kernel.database.schema import metadata

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("alg", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("public_jwk", Text, nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("activated_at", BigInteger),
    Column("retired_at", BigInteger),
    Column("delete_after", BigInteger),
)
# Two worker processes that make the first key at once: the index lets one of them win.
for _state in ("CURRENT", "NEXT"):
    Index(
        f"uq_signing_key_{_state.lower()}",
        signing_key.c.alg,
        unique=True,
        sqlite_where=text(f"state = '{_state}'"),
        postgresql_where=text(f"state = '{_state}'"),
    )
