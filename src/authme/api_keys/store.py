"""API keys at rest."""

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from authme.api_keys.model import ApiKey
from authme.api_keys.tables import api_key
from authme.clients.tables import client
from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.relation import Reach

_INSERT = Statement(insert(api_key).values({column.name: bindparam(column.name) for column in api_key.c}))
_FIND = Statement(select(api_key).where(api_key.c.id == bindparam("of_key")))
_FIND_BY_HASH = Statement(
    select(api_key).where(or_(api_key.c.key_hash == bindparam("hash"), api_key.c.previous_hash == bindparam("hash")))
)
_ROTATE = Statement(
    update(api_key)
    .where(and_(api_key.c.id == bindparam("of_key"), api_key.c.key_hash == bindparam("was")))
    .values(
        key_hash=bindparam("becomes"),
        last_four=bindparam("four"),
        previous_hash=bindparam("previous"),
        previous_until=bindparam("until"),
        updated_at=bindparam("now"),
    )
)
_DELETE = Statement(delete(api_key).where(api_key.c.id == bindparam("of_key")))
_TOUCH = Statement(
    update(api_key)
    .where(
        and_(
            api_key.c.id == bindparam("of_key"),
            or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at <= bindparam("before")),
        )
    )
    .values(last_used_at=bindparam("used_at"))
)
_page = (
    select(api_key)
    .join_from(api_key, client, client.c.id == api_key.c.client_id)
    .where(and_(api_key.c.id > bindparam("after"), client.c.status != "REMOVED"))
    .order_by(api_key.c.id)
    .limit(bindparam("at_most"))
)
_LIST_ALL = Statement(_page)
_LIST_AT = {
    "ORGANIZATION": Statement(_page.where(client.c.organization_id == bindparam("at"))),
    "BUSINESS": Statement(_page.where(client.c.business_id == bindparam("at"))),
    "OWNER": Statement(_page.where(client.c.user_id == bindparam("at"))),
}


def _api_key(row: Row) -> ApiKey:
    return ApiKey(**{name: row[name] for name in ApiKey.__struct_fields__})


async def insert_key(tx: Transaction, given: ApiKey) -> None:
    """Insert the key; raise UniqueViolation if another is the same."""
    await tx.run(_INSERT, **{name: getattr(given, name) for name in ApiKey.__struct_fields__})


async def find(reader: Reader, key_id: str) -> ApiKey | None:
    """Return the key of this id."""
    row = await reader.one(_FIND, of_key=key_id)
    return _api_key(row) if row else None


async def find_by_hash(reader: Reader, key_hash: bytes) -> ApiKey | None:
    """Return the key that is this now, or was before its last rotation."""
    row = await reader.one(_FIND_BY_HASH, hash=key_hash)
    return _api_key(row) if row else None


async def rotate(tx: Transaction, given: ApiKey, *, was: bytes) -> bool:
    """Change the key to what `given` says, if it still is what it was."""
    return (
        await tx.run(
            _ROTATE,
            of_key=given.id,
            was=was,
            becomes=given.key_hash,
            four=given.last_four,
            previous=given.previous_hash,
            until=given.previous_until,
            now=given.updated_at,
        )
        == 1
    )


async def delete_key(tx: Transaction, key_id: str) -> bool:
    """Delete the key; False if it was gone."""
    return await tx.run(_DELETE, of_key=key_id) == 1


async def touch(tx: Transaction, uses: Iterable[tuple[str, int]], *, apart: int) -> None:
    """Note when keys were used, each only if the time that is noted is at least `apart` before."""
    # In one order everywhere: two processes that took the same rows in another would wait for each other.
    rows = [{"of_key": key_id, "used_at": at, "before": at - apart} for key_id, at in sorted(uses)]
    await tx.run_many(_TOUCH, rows)


async def list_keys(reader: Reader, reach: Reach, *, after: str, limit: int) -> list[ApiKey]:
    """Return up to `limit` keys of clients within reach with an id greater than `after`; none of a removed client."""
    if reach.by == "EVERYWHERE":
        rows = await reader.all(_LIST_ALL, after=after, at_most=limit)
    elif reach.by == "NOWHERE":
        rows = []
    else:
        rows = await reader.all(_LIST_AT[reach.by], at=reach.id, after=after, at_most=limit)
    return [_api_key(row) for row in rows]
