"""The users of businesses, at rest."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, select

from authme.kernel.database import Reader, Statement, contained_in
from authme.organizations.tables import business
from authme.users.model import User
from authme.users.store import user_of
from authme.users.tables import user_account

_REGISTERED = Statement(select(business.c.id).where(contained_in(business.c.id, "ids")))
_LIST = Statement(
    select(user_account)
    .where(and_(user_account.c.business_id == bindparam("of_business"), user_account.c.id > bindparam("after")))
    .order_by(user_account.c.id)
    .limit(bindparam("at_most"))
)


async def find_registered(reader: Reader, business_ids: Sequence[str]) -> list[str]:
    """Return those of the ids under which a business is registered."""
    return [row[0] for row in await reader.all(_REGISTERED, ids=list(business_ids))]


async def list_in_business(reader: Reader, business_id: str, *, after: str, limit: int) -> list[User]:
    """Return up to `limit` users of the business with an id greater than `after`. A removed user belongs to none."""
    return [user_of(row) for row in await reader.all(_LIST, of_business=business_id, after=after, at_most=limit)]
