"""Through which groups a role comes: the shortest path to each group that carries it."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, select

from authme.groups.effective import Subject, TooManyGroups, find_roles_by_group
from authme.groups.graph import DependsOn, find_dependencies
from authme.groups.member_store import MemberType
from authme.groups.tables import group_member
from authme.kernel.database import Reader, Statement, contained_in

MAXIMUM_SHOWN = 50_000
"""As many ids the paths of all roles together may have: an answer of more would be longer than a megabyte."""

Path = tuple[str, ...]
"""Groups from the one that the subject is in to the one that carries a role."""

_MEMBERSHIPS = Statement(
    select(group_member.c.group_id, group_member.c.member_type, group_member.c.member_id).where(
        and_(contained_in(group_member.c.member_id, "members"), contained_in(group_member.c.group_id, "groups"))
    )
)


async def find_paths(reader: Reader, subject: Subject) -> dict[str, list[Path]]:
    """Return for each role that comes to the subject the paths by which it does, the shortest first.

    Raises TooManyGroups also where there are more dependencies, or longer paths, than can be shown.
    """
    roles_by_group = await find_roles_by_group(reader, subject)
    first = await _find_groups_of(reader, subject, roles_by_group)
    depends_on = await find_dependencies(reader, roles_by_group)
    return _by_role(roles_by_group, shortest_paths(first, depends_on, within=roles_by_group))


def shortest_paths(first: Iterable[str], depends_on: DependsOn, *, within: Collection[str]) -> dict[str, Path]:
    """Return the shortest path to each group `within` that is reached from the `first` ones, by no other groups.

    Of equally short paths it is always the same.
    """
    found: dict[str, Path] = {group: (group,) for group in sorted(first)}
    waiting = deque(found)
    while waiting:
        group = waiting.popleft()
        for other in sorted(depends_on.get(group, ())):
            if other in within and other not in found:
                found[other] = (*found[group], other)
                waiting.append(other)
    return found


async def _find_groups_of(reader: Reader, subject: Subject, groups: Iterable[str]) -> set[str]:
    """Return those of `groups` that the subject is in itself, or through its business."""
    memberships: set[tuple[MemberType, str]] = {(subject.kind, subject.id)}
    if subject.kind == "USER":
        memberships.add(("BUSINESS_USER", subject.id))
    if subject.business_id is not None:
        memberships.add(("BUSINESS", subject.business_id))
    rows = await reader.all(_MEMBERSHIPS, members=[member_id for _, member_id in memberships], groups=list(groups))
    return {row["group_id"] for row in rows if (row["member_type"], row["member_id"]) in memberships}


def _by_role(roles_by_group: Mapping[str, frozenset[str]], paths: Mapping[str, Path]) -> dict[str, list[Path]]:
    if sum(len(path) * len(roles_by_group[group]) for group, path in paths.items()) > MAXIMUM_SHOWN:
        raise TooManyGroups
    by_role: dict[str, list[Path]] = defaultdict(list)
    for group, path in paths.items():
        for role in roles_by_group[group]:
            by_role[role].append(path)
    return {role: sorted(found, key=lambda path: (len(path), path)) for role, found in by_role.items()}
