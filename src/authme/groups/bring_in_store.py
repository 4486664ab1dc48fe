"""Groups, many at once, at rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, insert, select

from authme.groups import store
from authme.groups.model import Group
from authme.groups.tables import access_group, group_dependency, group_role
from authme.kernel.database import Statement, Transaction, contained_in

# Shared: nobody deletes or changes them meanwhile; in one order for everybody.
_KEEP = Statement(
    select(access_group).where(contained_in(access_group.c.id, "ids")).order_by(access_group.c.id).with_for_update(read=True)
)
_INSERT = Statement(insert(access_group).values({column.name: bindparam(column.name) for column in access_group.c}))
_CARRY = Statement(insert(group_role).values({column.name: bindparam(column.name) for column in group_role.c}))
_DEPEND = Statement(insert(group_dependency).values({column.name: bindparam(column.name) for column in group_dependency.c}))


@dataclass(frozen=True, slots=True)
class Whole:
    """A group with what it carries and what it depends on."""

    group: Group
    roles: Sequence[str]
    depends_on: Sequence[str]


async def keep_groups(tx: Transaction, ids: Sequence[str]) -> dict[str, Group]:
    """Return those that exist; nobody deletes them until the unit of work is over. To be called after its first write."""
    return {row["id"]: store.group_of(row) for row in await tx.all(_KEEP, ids=list(ids))}


async def insert_whole(tx: Transaction, made: Sequence[Whole]) -> None:
    """Insert groups, all that they name being held; raise UniqueViolation if an id is taken."""
    at = {one.group.id: one.group.created_at for one in made}
    carried = [(one.group.id, role) for one in made for role in one.roles]
    depending = [(one.group.id, other) for one in made for other in one.depends_on]
    await tx.run_many(_INSERT, [msgspec.structs.asdict(one.group) for one in made])
    await tx.run_many(_CARRY, [{"group_id": id_, "role": role, "created_at": at[id_]} for id_, role in carried])
    await tx.run_many(_DEPEND, [{"group_id": id_, "depends_on_id": on, "created_at": at[id_]} for id_, on in depending])
