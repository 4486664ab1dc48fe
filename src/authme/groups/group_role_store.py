"""Which roles groups carry, at rest."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, func, insert, select

from authme.groups.tables import group_role
from authme.kernel.database import Reader, Statement, Transaction, contained_in

_OF_GROUP = group_role.c.group_id == bindparam("of_group")
_INSERT = Statement(insert(group_role).values({column.name: bindparam(column.name) for column in group_role.c}))
_DELETE = Statement(delete(group_role).where(and_(_OF_GROUP, group_role.c.role == bindparam("named"))))
_COUNT = Statement(select(func.count()).select_from(group_role).where(_OF_GROUP))
_CARRIED = Statement(
    select(group_role.c.group_id, group_role.c.role)
    .where(contained_in(group_role.c.group_id, "groups"))
    .order_by(group_role.c.group_id, group_role.c.role)
)


async def insert_group_role(tx: Transaction, group_id: str, role: str, *, now: int) -> None:
    """Let a group carry a role, both held; raise UniqueViolation if it does already."""
    await tx.run(_INSERT, group_id=group_id, role=role, created_at=now)


async def delete_group_role(tx: Transaction, group_id: str, role: str) -> bool:
    """Take a role out of a group; False if it does not carry it."""
    return await tx.run(_DELETE, of_group=group_id, named=role) == 1


async def count_group_roles(reader: Reader, group_id: str) -> int:
    """Return how many roles a group carries itself."""
    row = await reader.one(_COUNT, of_group=group_id)
    return int(row[0]) if row else 0


async def list_group_roles(reader: Reader, group_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the roles that each of these groups carries itself, in the order of their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in await reader.all(_CARRIED, groups=list(group_ids)):
        found[row["group_id"]].append(row["role"])
    return {one: tuple(found[one]) for one in group_ids}
