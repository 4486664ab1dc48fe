"""Which roles follow from the groups that somebody is in, by one recursive query.

A group reaches no further than the business or corporate group it belongs to: neither its roles nor what it depends on come to
anybody else, however they came into it. What a query costs hangs on the groups that it walks, not on how many there are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, or_, select

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


def _walk() -> Statement:
    """Return the walk from a subject's groups: a row for each role of each group, and one for a group without."""
    belongs_to: BindParameter[str] = bindparam("business")
    corporate = select(business.c.corporate_group_id).where(business.c.id == belongs_to).scalar_subquery()
    reaches: ColumnElement[bool] = and_(
        or_(access_group.c.business_id.is_(None), access_group.c.business_id == belongs_to),
        or_(access_group.c.corporate_group_id.is_(None), access_group.c.corporate_group_id == corporate),
    )
    member = group_member.c
    is_user = or_(member.member_type == "USER", member.member_type == "BUSINESS_USER")
    is_member = or_(
        and_(is_user, member.member_id == bindparam("user")),
        and_(member.member_type == "BUSINESS", member.member_id == belongs_to),
        and_(member.member_type == "SERVICE", member.member_id == bindparam("service")),
    )
    walked = (
        select(member.group_id.label("group_id"))
        .where(and_(contained_in(member.member_id, "members"), is_member))
        .cte("walked", recursive=True)
    )
    # UNION, not UNION ALL: a group that is reached by many paths is walked once. Whether it reaches the subject is asked when
    # it is walked from, not on each path to it: there may be a hundred times as many.
    walked = walked.union(
        select(group_dependency.c.depends_on_id)
        .join_from(walked, access_group, looked_up(access_group.c.id, walked.c.group_id))
        .join(group_dependency, looked_up(group_dependency.c.group_id, access_group.c.id))
        .where(reaches)
    )
    # Neither engine walks on once it has as many as are asked for.
    some = select(walked.c.group_id).limit(bindparam("at_most_groups")).subquery("some")
    return Statement(
        select(some.c.group_id, group_role.c.role, case((reaches, 1), else_=0).label("reaches"))
        .join_from(some, access_group, looked_up(access_group.c.id, some.c.group_id))
        .join(group_role, looked_up(group_role.c.group_id, some.c.group_id), isouter=True)
        .limit(bindparam("at_most"))
    )


_WALK = _walk()
_BUSINESS_OF_SERVICE = Statement(select(service_account.c.business_id).where(service_account.c.id == bindparam("of_service")))


async def find_service(reader: Reader, service_id: str) -> Subject:
    """Return the service account as a subject, with the business that it belongs to."""
    row = await reader.one(_BUSINESS_OF_SERVICE, of_service=service_id)
    return Subject("SERVICE", service_id, row[0] if row else None)


async def find_roles_by_group(reader: Reader, subject: Subject) -> dict[str, frozenset[str]]:
    """Return the groups whose roles come to the subject, each with its own roles; raise TooManyGroups."""
    return _by_group(await _walked(reader, subject))


async def find_roles(reader: Reader, subject: Subject) -> frozenset[str]:
    """Return the roles that come to the subject through groups; raise TooManyGroups."""
    return frozenset[str]().union(*_by_group(await _walked(reader, subject)).values())


async def _walked(reader: Reader, subject: Subject) -> list[Row]:
    business_id = subject.id if subject.kind == "BUSINESS" else subject.business_id
    user_id = subject.id if subject.kind == "USER" else ""
    service_id = subject.id if subject.kind == "SERVICE" else ""
    rows = await reader.all(
        _WALK,
        members=[one for one in (user_id, service_id, business_id) if one],
        user=user_id,
        service=service_id,
        business=business_id or "",
        at_most_groups=MAXIMUM_GROUPS + 1,
        at_most=_MAXIMUM_ROLES + 1,
    )
    if len(rows) > _MAXIMUM_ROLES or len({row["group_id"] for row in rows}) > MAXIMUM_GROUPS:
        raise TooManyGroups
    return rows


def _by_group(rows: Iterable[Row]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["reaches"]:
            found[row["group_id"]].update(() if row["role"] is None else (row["role"],))
    return {group: frozenset(roles) for group, roles in found.items()}
