"""What groups depend on, at rest."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, insert, select, update

from authme.groups.tables import group_dependency, group_graph
from authme.kernel.database import Reader, Statement, Transaction, contained_in

_OF_GROUP = group_dependency.c.group_id == bindparam("of_group")
_ON_GROUP = group_dependency.c.depends_on_id == bindparam("on_group")
_HOLD_GRAPH = Statement(update(group_graph).values(changes=group_graph.c.changes + 1))
_INSERT = Statement(insert(group_dependency).values({column.name: bindparam(column.name) for column in group_dependency.c}))
_DELETE = Statement(delete(group_dependency).where(and_(_OF_GROUP, _ON_GROUP)))
_IS_DEPENDED_ON = Statement(select(group_dependency.c.group_id).where(_ON_GROUP).limit(1))
_LISTED = Statement(
    select(group_dependency.c.group_id, group_dependency.c.depends_on_id)
    .where(contained_in(group_dependency.c.group_id, "groups"))
    .order_by(group_dependency.c.group_id, group_dependency.c.depends_on_id)
)


async def hold_graph(tx: Transaction) -> None:
    """Let nobody else change what groups depend on until the unit of work is over. Comes before a group is held."""
    await tx.run(_HOLD_GRAPH)


async def insert_dependency(tx: Transaction, group_id: str, depends_on_id: str, *, now: int) -> None:
    """Let a group depend on another, the graph and both held; raise UniqueViolation if it does already."""
    await tx.run(_INSERT, group_id=group_id, depends_on_id=depends_on_id, created_at=now)


async def delete_dependency(tx: Transaction, group_id: str, depends_on_id: str) -> bool:
    """Delete a dependency; False if there is none."""
    return await tx.run(_DELETE, of_group=group_id, on_group=depends_on_id) == 1


async def is_depended_on(reader: Reader, group_id: str) -> bool:
    """Whether a group depends directly on this one."""
    return await reader.one(_IS_DEPENDED_ON, on_group=group_id) is not None


async def list_dependencies(reader: Reader, group_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the groups on which each of these depends directly, in the order of their ids."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in await reader.all(_LISTED, groups=list(group_ids)):
        found[row["group_id"]].append(row["depends_on_id"])
    return {one: tuple(found[one]) for one in group_ids}
