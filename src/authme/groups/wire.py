"""Roles and groups on the wire."""

from collections.abc import Sequence
from datetime import datetime

from authme.groups.model import Group, Role, RoleName
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, LongText, Title, Wire


class RoleRequest(Wire, frozen=True):
    """A role to be registered."""

    name: RoleName
    description: LongText | None = None
    organization_id: Id | None = None


class RoleAnswer(Answer, frozen=True):
    """A registered role; without an organisation it is for everywhere."""

    name: str
    description: str | None
    organization_id: str | None
    created_at: datetime


class RolePage(Answer, frozen=True):
    """A page of roles, in the order of their names."""

    items: tuple[RoleAnswer, ...]
    next_cursor: str | None


class GroupRequest(Wire, frozen=True):
    """GR-01 and GR-04."""

    name: Title
    description: LongText | None = None
    business_id: Id | None = None
    corporate_group_id: Id | None = None


class GroupAnswer(Answer, frozen=True):
    """A group, the roles that it carries itself, and the groups that it depends on directly."""

    group_id: str
    name: str
    description: str | None
    organization_id: str | None
    business_id: str | None
    corporate_group_id: str | None
    roles: tuple[str, ...]
    dependencies: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class GroupPage(Answer, frozen=True):
    """A page of groups, the oldest first."""

    items: tuple[GroupAnswer, ...]
    next_cursor: str | None


class GroupRoleRequest(Wire, frozen=True):
    """Which role."""

    role: RoleName


class GroupRoleAnswer(Answer, frozen=True):
    """A role that a group carries now."""

    group_id: str
    role: str


class DependencyRequest(Wire, frozen=True):
    """On which group."""

    group_id: Id


class DependencyAnswer(Answer, frozen=True):
    """A group and one that it depends on now: its members hold the roles of that one too."""

    group_id: str
    dependency_group_id: str


def shown_role(role: Role) -> RoleAnswer:
    """Return the wire form of a role."""
    return RoleAnswer(
        name=role.name,
        description=role.description,
        organization_id=role.organization_id,
        created_at=moment(role.created_at),
    )


def shown_group(group: Group, roles: Sequence[str] = (), dependencies: Sequence[str] = ()) -> GroupAnswer:
    """Return the wire form of a group."""
    return GroupAnswer(
        group_id=group.id,
        name=group.name,
        description=group.description,
        organization_id=group.organization_id,
        business_id=group.business_id,
        corporate_group_id=group.corporate_group_id,
        roles=tuple(roles),
        dependencies=tuple(dependencies),
        created_at=moment(group.created_at),
        updated_at=moment(group.updated_at),
    )
