"""How far groups may depend on each other: without a cycle, and no further than a login looks."""

from graphlib import CycleError

from authme.groups import graph
from authme.groups.effective import MAXIMUM_GROUPS, TooManyGroups
from authme.groups.graph import DependsOn
from authme.kernel.database import Reader
from authme.kernel.errors import DependencyCycle, StateForbids

MAXIMUM_DIRECT = 100
"""On as many groups one may depend directly."""
MAXIMUM_DEPTH = 32
"""As many groups may depend on each other one after the other."""
_MAXIMUM_ABOVE = 1000
_MAXIMUM_AROUND = 5000


async def check_bounds(reader: Reader, group_id: str) -> None:
    """Raise DependencyCycle or StateForbids for a dependency that was written for the group just now. The graph is held.

    Groups that depend on this one depend on more by it too: the nearest are checked with it, as long as all of that can be
    looked through. Beyond that a login is what keeps the bound: a member of a group with too many gets no roles.
    """
    try:
        below = await graph.find_below(reader, {group_id})
        depends_on = await graph.find_dependencies(reader, below)
    except TooManyGroups as error:
        raise StateForbids(_too_many("The group")) from error
    if len(depends_on[group_id]) > MAXIMUM_DIRECT:
        raise StateForbids(f"A group depends directly on {MAXIMUM_DIRECT} groups at most.")
    _check_extents(await _find_around(reader, group_id) or depends_on)


def _check_extents(depends_on: DependsOn) -> None:
    try:
        found = graph.extents(depends_on).values()
    except CycleError as error:
        raise DependencyCycle from error
    if max(extent.depth for extent in found) > MAXIMUM_DEPTH:
        raise StateForbids(f"At most {MAXIMUM_DEPTH} groups depend on each other one after the other.")
    if max(extent.groups for extent in found) > MAXIMUM_GROUPS:
        # The group itself was looked through before.
        raise StateForbids(_too_many("A group that depends on this one"))


async def _find_around(reader: Reader, group_id: str) -> DependsOn | None:
    """Return the dependencies of all groups that depend on this one; None if they are too many."""
    above = await graph.find_above(reader, group_id, at_most=_MAXIMUM_ABOVE)
    try:
        return await graph.find_dependencies(reader, await graph.find_below(reader, above, at_most=_MAXIMUM_AROUND))
    except TooManyGroups:
        return None


def _too_many(group: str) -> str:
    return f"{group} would depend on more than {MAXIMUM_GROUPS} groups, directly or not, or by too many paths."
