"""Which roles follow from the groups that somebody is in, by one recursive query.

A group reaches no further than the business or corporate group it belongs to: neither its roles nor what it depends on come to
anybody else, however they came into it. What a query costs hangs on the groups that it walks, not on how many there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from authme.groups.tables import access_group, group_dependency, group_member, group_role
from authme.kernel.database import Reader, Row, Statement, contained_in, looked_up
from authme.organizations.tables import business, service_account

MAXIMUM_GROUPS = 1000
"""As many groups, with those that they depend on, one subject may be in: a wider graph gives no roles at all."""
_MAXIMUM_ROLES = 10_000
"""As many roles these groups may carry together."""


class TooManyGroups(Exception):
    """There are more groups, or more roles that they carry, than are looked through."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who roles come to: a user with the business they belong to, a business, or a service account with its business."""

    kind: Literal["USER", "BUSINESS", "SERVICE"]
    id: str
    business_id: str | None = None


_BELONGS_TO: BindParameter[str] = bindparam("business")


def _is_member() -> ColumnElement[bool]:
    member = group_member.c
    is_user = or_(member.member_type == "USER", member.member_type == "BUSINESS_USER")
    return or_(
        and_(is_user, member.member_id == bindparam("user")),
        and_(member.member_type == "BUSINESS", member.member_id == _BELONGS_TO),
        and_(member.member_type == "SERVICE", member.member_id == bindparam("service")),
    )


def _reaches() -> ColumnElement[bool]:
    group = access_group.c
    corporate = select(business.c.corporate_group_id).where(business.c.id == _BELONGS_TO).scalar_subquery()
    return and_(
        or_(group.business_id.is_(None), group.business_id == _BELONGS_TO),
        or_(group.corporate_group_id.is_(None), group.corporate_group_id == corporate),
    )


def _from(walked: CTE) -> Select[Any]:
    """Return what comes after a group: those that it depends on, or itself as an end where it does not reach the subject."""
    group, reaches, next_ = access_group.c, _reaches(), group_dependency.c.depends_on_id
    # An index holds the confined ones alone: of a group that reaches everybody no row is joined.
    is_confined = or_(group.business_id.is_not(None), group.corporate_group_id.is_not(None))
    return (
        select(func.coalesce(next_, walked.c.group_id), case((next_.is_(None), 1), else_=0))
        .join_from(walked, access_group, and_(looked_up(group.id, walked.c.group_id), is_confined), isouter=True)
        .join(group_dependency, and_(looked_up(group_dependency.c.group_id, walked.c.group_id), reaches), isouter=True)
        .where(walked.c.is_end == 0, or_(next_.is_not(None), case((reaches, 0), else_=1) == 1))
    )


def _walk(start: Select[Any]) -> Statement:
    """Return the walk from the groups that `start` selects: a row for each role of each group, and one for a group without.

    A group that does not reach the subject has one more, as an end.
    """
    walked = start.add_columns(literal_column("0", Integer).label("is_end")).cte("walked", recursive=True)
    # UNION, not UNION ALL: a group that is reached by many paths is walked once. Whether it reaches the subject is asked when
    # it is walked from, not on each path to it: there may be a hundred times as many.
    walked = walked.union(_from(walked))
    # Neither engine walks on once it has as many as are asked for.
    some = select(walked.c.group_id, walked.c.is_end).limit(bindparam("at_most_walked")).subquery("some")
    carried = and_(looked_up(group_role.c.group_id, some.c.group_id), some.c.is_end == 0)
    return Statement(
        select(some.c.group_id, some.c.is_end, group_role.c.role)
        .join_from(some, group_role, carried, isouter=True)
        .limit(bindparam("at_most"))
    )


_is_in = and_(contained_in(group_member.c.member_id, "members"), _is_member())
_WALK = _walk(select(group_member.c.group_id.label("group_id")).where(_is_in))
_WALK_FROM = _walk(select(access_group.c.id.label("group_id")).where(contained_in(access_group.c.id, "groups")))
_MEMBERSHIPS = Statement(
    select(group_member.c.group_id, group_member.c.member_type).where(_is_in).limit(bindparam("at_most_walked"))
)
_BUSINESS_OF_SERVICE = Statement(select(service_account.c.business_id).where(service_account.c.id == bindparam("of_service")))


async def find_service(reader: Reader, service_id: str) -> Subject:
    """Return the service account as a subject, with the business that it belongs to."""
    row = await reader.one(_BUSINESS_OF_SERVICE, of_service=service_id)
    return Subject("SERVICE", service_id, row[0] if row else None)


async def find_roles(reader: Reader, subject: Subject, *, groups: Sequence[str] | None = None) -> frozenset[str]:
    """Return the roles that come to the subject through groups; raise TooManyGroups.

    With `groups` as if it were in these and no others.
    """
    return frozenset[str]().union(*_by_group(await _walked(reader, subject, groups)).values())


async def find_roles_by_group(reader: Reader, subject: Subject) -> dict[str, frozenset[str]]:
    """Return the groups whose roles come to the subject, each with its own roles; raise TooManyGroups."""
    return _by_group(await _walked(reader, subject, None))


async def find_memberships(reader: Reader, subject: Subject) -> list[tuple[str, str]]:
    """Return the groups that the subject is in, each with as what; as many as a walk begins at."""
    found = await reader.all(_MEMBERSHIPS, **_bound(subject))
    return [(row["group_id"], row["member_type"]) for row in found]


def _by_group(rows: list[Row]) -> dict[str, frozenset[str]]:
    ends = {row["group_id"] for row in rows if row["is_end"]}
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if not row["is_end"]:
            found[row["group_id"]].update(() if row["role"] is None else (row["role"],))
    # Those that do not reach the subject count too: they are walked.
    if len(rows) - len(ends) > _MAXIMUM_ROLES or len(found.keys() | ends) > MAXIMUM_GROUPS:
        raise TooManyGroups
    return {group: frozenset(roles) for group, roles in found.items() if group not in ends}


async def _walked(reader: Reader, subject: Subject, groups: Sequence[str] | None) -> list[Row]:
    at_most, bound = MAXIMUM_GROUPS + _MAXIMUM_ROLES + 1, _bound(subject)
    if groups is None:
        return await reader.all(_WALK, at_most=at_most, **bound)
    walk = {name: bound[name] for name in ("business", "at_most_walked")}
    return await reader.all(_WALK_FROM, groups=list(groups), at_most=at_most, **walk)


def _bound(subject: Subject) -> dict[str, Any]:
    business_id = subject.id if subject.kind == "BUSINESS" else subject.business_id
    user_id = subject.id if subject.kind == "USER" else ""
    service_id = subject.id if subject.kind == "SERVICE" else ""
    return {
        "members": [one for one in (user_id, service_id, business_id) if one],
        "user": user_id,
        "service": service_id,
        "business": business_id or "",
        # Each may be an end as well.
        "at_most_walked": 2 * MAXIMUM_GROUPS + 1,
    }
