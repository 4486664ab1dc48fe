"""The clients that people and businesses make as their own, at rest: third parties' ones, removed ones left out."""

from sqlalchemy import and_, bindparam, func, or_, select

from authme.clients.model import Client
from authme.clients.store import client_of
from authme.clients.tables import client
from authme.kernel.database import Reader, Statement

_MADE = and_(client.c.first_party == 0, client.c.status != "REMOVED")
_BEHIND = client.c.id > bindparam("after")
_OF_USER = Statement(
    select(client)
    .where(
        and_(
            client.c.user_id == bindparam("user"),
            or_(client.c.business_id.is_(None), client.c.business_id == bindparam("business")),
            _BEHIND,
            _MADE,
        )
    )
    .order_by(client.c.id)
    .limit(bindparam("at_most"))
)
_OF_BUSINESS = Statement(
    select(client)
    .where(and_(client.c.business_id == bindparam("business"), _BEHIND, _MADE))
    .order_by(client.c.id)
    .limit(bindparam("at_most"))
)
_COUNT_OF_USER = Statement(
    select(func.count()).where(and_(client.c.user_id == bindparam("owner"), client.c.business_id.is_(None), _MADE))
)
_COUNT_OF_BUSINESS = Statement(select(func.count()).where(and_(client.c.business_id == bindparam("owner"), _MADE)))


async def list_of_user(reader: Reader, user_id: str, *, business_id: str | None, after: str, limit: int) -> list[Client]:
    """Return up to `limit` clients that the user made for themselves or for this business, with an id greater than `after`."""
    rows = await reader.all(_OF_USER, user=user_id, business=business_id or "", after=after, at_most=limit)
    return [client_of(row) for row in rows]


async def list_of_business(reader: Reader, business_id: str, *, after: str, limit: int) -> list[Client]:
    """Return up to `limit` clients of the business, with an id greater than `after`."""
    return [client_of(row) for row in await reader.all(_OF_BUSINESS, business=business_id, after=after, at_most=limit)]


async def count(reader: Reader, *, user_id: str | None, business_id: str | None) -> int:
    """Return how many clients the business has, or without one the user for themselves."""
    row = await (
        reader.one(_COUNT_OF_USER, owner=user_id or "")
        if business_id is None
        else reader.one(_COUNT_OF_BUSINESS, owner=business_id)
    )
    return int(row[0]) if row else 0
