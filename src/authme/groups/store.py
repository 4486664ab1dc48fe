"""Groups at rest."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import bindparam, delete, func, insert, select, update

from authme.groups.model import Group
from authme.groups.tables import access_group, group_dependency, group_member, group_role
from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.relation import Reach

_OF_GROUP = access_group.c.id == bindparam("of_group")
_INSERT = Statement(insert(access_group).values({column.name: bindparam(column.name) for column in access_group.c}))
_FIND = Statement(select(access_group).where(_OF_GROUP))
_FIND_EACH = Statement(select(access_group).where(contained_in(access_group.c.id, "ids")))
_HOLD = Statement(update(access_group).where(_OF_GROUP).values(updated_at=access_group.c.updated_at))
_TOUCH = Statement(update(access_group).where(_OF_GROUP).values(updated_at=bindparam("now")), by_key=True)
_CHANGE = Statement(
    update(access_group)
    .where(_OF_GROUP)
    .values(name=bindparam("name"), description=bindparam("description"), updated_at=bindparam("now"))
)
_DELETE_WITH_ALL = (
    Statement(delete(group_member).where(group_member.c.group_id == bindparam("of_group"))),
    Statement(delete(group_role).where(group_role.c.group_id == bindparam("of_group"))),
    Statement(delete(group_dependency).where(group_dependency.c.group_id == bindparam("of_group"))),
    Statement(delete(access_group).where(_OF_GROUP)),
)
_PAGE = (
    select(access_group).where(access_group.c.id > bindparam("after")).order_by(access_group.c.id).limit(bindparam("at_most"))
)
_COUNT_OF = {
    "BUSINESS": Statement(
        select(func.count()).select_from(access_group).where(access_group.c.business_id == bindparam("place"))
    ),
    "OWNER": Statement(select(func.count()).select_from(access_group).where(access_group.c.owner_id == bindparam("place"))),
}
_LIST = Statement(_PAGE)
_LIST_AT = {
    "ORGANIZATION": Statement(_PAGE.where(access_group.c.organization_id == bindparam("place"))),
    "BUSINESS": Statement(_PAGE.where(access_group.c.business_id == bindparam("place"))),
    "OWNER": Statement(_PAGE.where(access_group.c.owner_id == bindparam("place"))),
}


def group_of(row: Row) -> Group:
    """Return the group of a row that has its columns."""
    return Group(**{name: row[name] for name in Group.__struct_fields__})


async def insert_group(tx: Transaction, given: Group) -> None:
    """Insert a group. The business or corporate group it belongs to is held."""
    await tx.run(_INSERT, **{name: getattr(given, name) for name in Group.__struct_fields__})


async def count_of(reader: Reader, kind: Literal["BUSINESS", "OWNER"], id_: str) -> int:
    """Return how many groups a business, or a person, has."""
    row = await reader.one(_COUNT_OF[kind], place=id_)
    return int(row[0]) if row else 0


async def find_group(reader: Reader, group_id: str) -> Group | None:
    """Return the group of this id."""
    row = await reader.one(_FIND, of_group=group_id)
    return group_of(row) if row else None


async def find_groups(reader: Reader, ids: Sequence[str]) -> list[Group]:
    """Return those of these groups that exist."""
    return [group_of(row) for row in await reader.all(_FIND_EACH, ids=list(ids))]


async def hold_group(tx: Transaction, group_id: str) -> bool:
    """Take the group's row until the unit of work is over; False if there is none."""
    return await tx.run(_HOLD, of_group=group_id) == 1


def touch(tx: Transaction, group_id: str, *, now: int) -> None:
    """Note, with the unit of work, that a group which is held carries or depends on something else now."""
    tx.defer(_TOUCH, of_group=group_id, now=now)


async def change_group(tx: Transaction, becomes: Group) -> None:
    """Write name and description of a group that is held."""
    await tx.run(_CHANGE, of_group=becomes.id, name=becomes.name, description=becomes.description, now=becomes.updated_at)


async def delete_group(tx: Transaction, group_id: str) -> None:
    """Delete a group on which none depends, with its members, its roles and what it depends on. It is held."""
    for statement in _DELETE_WITH_ALL:
        await tx.run(statement, of_group=group_id)


async def list_groups(reader: Reader, reach: Reach, *, after: str, limit: int) -> list[Group]:
    """Return up to `limit` groups within reach with an id greater than `after`."""
    if reach.by == "NOWHERE":
        return []
    if reach.by == "EVERYWHERE":
        rows = await reader.all(_LIST, after=after, at_most=limit)
    else:
        rows = await reader.all(_LIST_AT[reach.by], place=reach.id, after=after, at_most=limit)
    return [group_of(row) for row in rows]
