"""The graph of what groups depend on, directly or not, as far as it is looked through at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from sqlalchemy import Column, bindparam, select

from authme.groups.effective import MAXIMUM_GROUPS, TooManyGroups
from authme.groups.tables import access_group, group_dependency
from authme.kernel.database import Reader, Statement, contained_in, each_of, looked_up

MAXIMUM_DEPENDENCIES = 10_000
"""As many dependencies are looked through at once."""

DependsOn = Mapping[str, Sequence[str]]
"""Of each group those that it depends on directly."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the dependencies of a group go."""

    groups: int
    """How many groups its members are in by it, with the group itself."""
    depth: int
    """How many of them come one after the other at most."""


def _walk(come_from: Column[str], go_to: Column[str]) -> Statement:
    first = select(access_group.c.id.label("group_id")).where(contained_in(access_group.c.id, "first"))
    walked = first.cte("walked", recursive=True)
    walked = walked.union(select(go_to).join_from(walked, group_dependency, looked_up(come_from, walked.c.group_id)))
    # Neither engine walks on once it has as many as are asked for.
    return Statement(select(walked.c.group_id).limit(bindparam("at_most")))


_BELOW = _walk(group_dependency.c.group_id, group_dependency.c.depends_on_id)
_ABOVE = _walk(group_dependency.c.depends_on_id, group_dependency.c.group_id)
_named = each_of("groups")
_DEPENDENCIES = Statement(
    select(group_dependency.c.group_id, group_dependency.c.depends_on_id)
    .join_from(_named, group_dependency, looked_up(group_dependency.c.group_id, _named.c.value))
    .limit(bindparam("at_most"))
)


async def find_below(reader: Reader, first: Collection[str], *, at_most: int = MAXIMUM_GROUPS) -> set[str]:
    """Return these groups and all that they depend on, directly or not; raise TooManyGroups if they are more than that."""
    rows = await reader.all(_BELOW, first=sorted(first), at_most=at_most + 1)
    if len(rows) > at_most:
        raise TooManyGroups
    return {row["group_id"] for row in rows}


async def find_above(reader: Reader, group_id: str, *, at_most: int) -> set[str]:
    """Return the group and up to so many of those that depend on it, directly or not, beginning with the nearest."""
    return {row["group_id"] for row in await reader.all(_ABOVE, first=[group_id], at_most=at_most)}


async def find_dependencies(reader: Reader, groups: Collection[str]) -> dict[str, list[str]]:
    """Return what these groups depend on directly; raise TooManyGroups over MAXIMUM_DEPENDENCIES."""
    rows = await reader.all(_DEPENDENCIES, groups=sorted(groups), at_most=MAXIMUM_DEPENDENCIES + 1)
    if len(rows) > MAXIMUM_DEPENDENCIES:
        raise TooManyGroups
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["group_id"]].append(row["depends_on_id"])
    return found


def extents(depends_on: DependsOn) -> dict[str, Extent]:
    """Return how far each group's dependencies go; raise CycleError if a group depends on itself."""
    below: dict[str, int] = {}
    depth: dict[str, int] = {}
    # What a group depends on comes before it. Sets of groups are numbers with a bit for each: thousands of sets of thousands.
    for position, group in enumerate(TopologicalSorter(depends_on).static_order()):
        mine, deepest = 1 << position, 0
        for one in depends_on.get(group, ()):
            mine |= below[one]
            deepest = max(deepest, depth[one])
        below[group], depth[group] = mine, deepest + 1
    return {group: Extent(groups.bit_count(), depth[group]) for group, groups in below.items()}
