"""Registered roles at rest."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, insert, select, update

from authme.groups.model import Role
from authme.groups.tables import group_role, role
from authme.kernel.database import Reader, Row, Statement, Transaction, contained_in
from authme.relation import Reach

_NAMED = role.c.name == bindparam("named")
_INSERT = Statement(insert(role).values({column.name: bindparam(column.name) for column in role.c}))
_FIND = Statement(select(role).where(_NAMED))
# Shared: groups that are given the same role do not wait for each other, but for whoever removes it.
_KEEP = Statement(select(role).where(_NAMED).with_for_update(read=True))
_HOLD = Statement(update(role).where(_NAMED).values(created_at=role.c.created_at))
_DELETE = Statement(delete(role).where(_NAMED))
_IS_CARRIED = Statement(select(group_role.c.group_id).where(group_role.c.role == bindparam("named")).limit(1))
_REGISTERED = Statement(select(role.c.name, role.c.organization_id).where(contained_in(role.c.name, "names")))
_PAGE = select(role).where(role.c.name > bindparam("after")).order_by(role.c.name).limit(bindparam("at_most"))
_LIST = Statement(_PAGE)
# Each by the index; in one statement the roles of all organisations would be walked.
_LIST_OF = Statement(_PAGE.where(role.c.organization_id == bindparam("place")))
_LIST_OF_EVERYWHERE = Statement(_PAGE.where(role.c.organization_id.is_(None)))


def _role(row: Row) -> Role:
    return Role(**{name: row[name] for name in Role.__struct_fields__})


async def insert_role(tx: Transaction, given: Role) -> None:
    """Insert a role; raise UniqueViolation if one of the name is registered, for whichever organisation."""
    await tx.run(_INSERT, **{name: getattr(given, name) for name in Role.__struct_fields__})


async def find_role(reader: Reader, name: str) -> Role | None:
    """Return the role of this name."""
    row = await reader.one(_FIND, named=name)
    return _role(row) if row else None


async def keep_role(tx: Transaction, name: str) -> Role | None:
    """Return the role, which nobody removes until the unit of work is over. To be called after its first write."""
    row = await tx.one(_KEEP, named=name)
    return _role(row) if row else None


async def hold_role(tx: Transaction, name: str) -> bool:
    """Take the role's row until the unit of work is over; False if there is none."""
    return await tx.run(_HOLD, named=name) == 1


async def delete_role(tx: Transaction, name: str) -> None:
    """Delete a role that is held and that no group carries."""
    await tx.run(_DELETE, named=name)


async def is_carried(reader: Reader, name: str) -> bool:
    """Whether a group carries the role."""
    return await reader.one(_IS_CARRIED, named=name) is not None


async def list_roles(reader: Reader, reach: Reach, *, after: str, limit: int) -> list[Role]:
    """Return up to `limit` roles that can be used within reach, in the order of their names, from behind `after` on."""
    if reach.by == "EVERYWHERE":
        return [_role(row) for row in await reader.all(_LIST, after=after, at_most=limit)]
    rows = await reader.all(_LIST_OF_EVERYWHERE, after=after, at_most=limit)
    if reach.by == "ORGANIZATION":
        rows += await reader.all(_LIST_OF, place=reach.id, after=after, at_most=limit)
    return sorted(map(_role, rows), key=lambda one: one.name)[:limit]


async def find_organizations_of(reader: Reader, names: Iterable[str]) -> dict[str, str | None]:
    """Return in which organisation each of these roles is registered, None for everywhere."""
    return {row["name"]: row["organization_id"] for row in await reader.all(_REGISTERED, names=list(names))}
