"""Names that stay taken for a time after their user was removed, at rest: known only by keyed hash."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, select

from authme.kernel.database import Reader, Statement, Transaction, contained_in, upsert
from authme.users.tables import reserved_name

_RESERVE = Statement(
    upsert(
        reserved_name,
        key=[reserved_name.c.name_hash],
        values={"name_hash": bindparam("name_hash"), "until_at": bindparam("until_at")},
        set_={"until_at": bindparam("until_at")},
    )
)
_FIND = Statement(
    select(reserved_name.c.name_hash).where(
        and_(contained_in(reserved_name.c.name_hash, "hashes"), reserved_name.c.until_at > bindparam("now"))
    )
)
_SWEEP = Statement(delete(reserved_name).where(reserved_name.c.until_at <= bindparam("now")))


async def reserve(tx: Transaction, hashes: Sequence[str], *, until: int) -> None:
    """Keep these taken until then."""
    await tx.run_many(_RESERVE, [{"name_hash": one, "until_at": until} for one in sorted(hashes)])


async def find_reserved(reader: Reader, hashes: Sequence[str], *, now: int) -> set[str]:
    """Return which of these are reserved at this time."""
    return {row["name_hash"] for row in await reader.all(_FIND, hashes=list(hashes), now=now)}


async def sweep(tx: Transaction, *, now: int) -> int:
    """Delete what is reserved no longer; return how many."""
    return await tx.run(_SWEEP, now=now)
