"""What a line of an import may say of roles and groups."""

from typing import Annotated

import msgspec
from msgspec import Meta

from authme.groups.add_role import MAXIMUM_ROLES
from authme.groups.bounds import MAXIMUM_DIRECT
from authme.groups.model import RoleName
from authme.groups.role_names import check_name
from authme.kernel.errors import Refusal
from authme.kernel.wire import Id, LongText, Title, Wire


class ImportedRole(Wire, frozen=True):
    """A role that groups can carry."""

    name: RoleName
    organization_id: Id | None = None
    description: LongText | None = None


class ImportedGroup(Wire, frozen=True):
    """A group. What it depends on is there already, or stands in a line before."""

    group_id: Id
    name: Title
    description: LongText | None = None
    organization_id: Id | None = None
    business_id: Id | None = None
    corporate_group_id: Id | None = None
    owner_id: Id | None = None
    roles: Annotated[tuple[RoleName, ...], Meta(max_length=MAXIMUM_ROLES)] = ()
    depends_on: Annotated[tuple[Id, ...], Meta(max_length=MAXIMUM_DIRECT)] = ()


class _RoleLine(Wire, frozen=True):
    role: ImportedRole


class _GroupLine(Wire, frozen=True):
    group: ImportedGroup


_decode_role = msgspec.json.Decoder(_RoleLine).decode
_decode_group = msgspec.json.Decoder(_GroupLine).decode


def read_role(line: str) -> ImportedRole:
    """Return what a line says of a role; raise ValueError with what is wrong with it."""
    role = _decode_role(line).role
    try:
        check_name(role.name)
    except Refusal as error:
        raise ValueError(error.items[0].message) from error
    return role


def read_group(line: str) -> ImportedGroup:
    """Return what a line says of a group; raise ValueError with what is wrong with it."""
    group = _decode_group(line).group
    places = (group.business_id, group.corporate_group_id, group.owner_id)
    if sum(place is not None for place in places) > 1:
        raise ValueError("a group belongs to one business, to one corporate group or to one person")
    return group
