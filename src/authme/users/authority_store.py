"""What users hold themselves, beside groups, at rest."""

from sqlalchemy import and_, bindparam, func, select, text

from authme.kernel.database import Reader, Statement
from authme.users.tables import user_account

# In the very words of the index: few hold anything directly. An underscore stands for any character here.
_HELD_DIRECTLY = Statement(
    select(user_account.c.id)
    .where(and_(text("authorities <> '[]'"), user_account.c.authorities.contains(bindparam("quoted"))))
    .limit(1)
)
_ADMINISTRATORS = Statement(
    select(func.count())
    .select_from(user_account)
    .where(and_(user_account.c.authorities.contains('"IAM_ADMIN_MAINTENANCE"'), user_account.c.status != "REMOVED"))
)


async def is_held_directly(reader: Reader, authority: str) -> bool:
    """Whether some user holds the authority itself, beside groups, or one that differs by an underscore or capitals only."""
    return await reader.one(_HELD_DIRECTLY, quoted=f'"{authority}"') is not None


async def count_administrators(reader: Reader) -> int:
    """Return how many users hold IAM_ADMIN_MAINTENANCE."""
    row = await reader.one(_ADMINISTRATORS)
    return int(row[0]) if row else 0
