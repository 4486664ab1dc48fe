"""Groups and roles in the table of operations."""

from authme.groups.add_role import add_role, remove_role
from authme.groups.change import change
from authme.groups.create import create_group
from authme.groups.depend import depend, undepend
from authme.groups.find import list_page, show
from authme.groups.list_roles import list_page as list_roles
from authme.groups.register import register, unregister
from authme.groups.remove import remove
from authme.groups.wire import (
    DependencyAnswer,
    DependencyRequest,
    GroupAnswer,
    GroupPage,
    GroupRequest,
    GroupRoleAnswer,
    GroupRoleRequest,
    RoleAnswer,
    RolePage,
    RoleRequest,
)
from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.relation.requirements import ACCESS, ADMINISTRATION

_OF_ROLES, _TAGS = ("Roles",), ("Groups",)
_ROLES = f"{API}/roles"
_GROUPS = f"{API}/groups"
_GROUP = f"{_GROUPS}/{{groupId}}"

ENDPOINTS = [
    Endpoint(
        "X-register-role", "POST", _ROLES, ADMINISTRATION, register, "Registers a role", _OF_ROLES,
        body=RoleRequest, answer=RoleAnswer, status=201, refusals=(409,),
    ),
    Endpoint(
        "X-roles", "GET", _ROLES, ADMINISTRATION, list_roles, "Lists roles", _OF_ROLES,
        answer=RolePage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "X-unregister-role", "DELETE", f"{_ROLES}/{{roleName}}", ADMINISTRATION, unregister, "Removes a role", _OF_ROLES,
        status=204, refusals=(409,),
    ),
    Endpoint(
        "GR-01", "POST", _GROUPS, ACCESS, create_group, "Creates a group", _TAGS,
        body=GroupRequest, answer=GroupAnswer, status=201,
    ),
    Endpoint(
        "GR-02", "GET", _GROUPS, ACCESS, list_page, "Lists groups", _TAGS,
        answer=GroupPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint("GR-03", "GET", _GROUP, ACCESS, show, "Gets group by id", _TAGS, answer=GroupAnswer),
    Endpoint(
        "GR-04", "PUT", _GROUP, ACCESS, change, "Updates a group", _TAGS,
        body=GroupRequest, answer=GroupAnswer, refusals=(409,),
    ),
    Endpoint("GR-05", "DELETE", _GROUP, ACCESS, remove, "Delete a group", _TAGS, status=204, refusals=(409,)),
    Endpoint(
        "GR-06", "POST", f"{_GROUP}/roles", ACCESS, add_role, "Creates a group role", _TAGS,
        body=GroupRoleRequest, answer=GroupRoleAnswer, status=201, refusals=(409,),
    ),
    Endpoint(
        "GR-07", "DELETE", f"{_GROUP}/roles/{{roleName}}", ACCESS, remove_role, "Deletes a group role", _TAGS,
        status=204,
    ),
    Endpoint(
        "GR-08", "POST", f"{_GROUP}/dependencies", ACCESS, depend, "Creates a group dependency", _TAGS,
        body=DependencyRequest, answer=DependencyAnswer, status=201, refusals=(409,),
    ),
    Endpoint(
        "GR-09", "DELETE", f"{_GROUP}/dependencies/{{dependencyGroupId}}", ACCESS, undepend, "Deletes a group dependency",
        _TAGS, status=204,
    ),
]  # fmt: skip
