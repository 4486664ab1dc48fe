"""Accesses on the wire."""

from authme.accesses.add import add_business_users, add_businesses, add_services, add_users
from authme.accesses.list import list_business_users, list_businesses, list_services, list_users
from authme.accesses.remove import remove_business, remove_business_user, remove_service, remove_user
from authme.accesses.roles import list_roles_of_business, list_roles_of_service, list_roles_of_user
from authme.accesses.wire import (
    Added,
    BusinessesGiven,
    BusinessMembers,
    EffectiveRoles,
    ServiceMembers,
    ServicesGiven,
    UserMembers,
    UsersGiven,
)
from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.relation.requirements import ACCESS

_OF_USERS, _OF_BUSINESSES, _OF_SERVICES = ("User Accesses",), ("Business Accesses",), ("Service Accesses",)
_USERS = f"{API}/user-accesses/{{groupId}}/users"
_BUSINESS_USERS = f"{API}/user-accesses/{{groupId}}/business-users"
_BUSINESSES = f"{API}/business-accesses/{{groupId}}/businesses"
_SERVICES = f"{API}/service-accesses/{{groupId}}/service-accounts"

ENDPOINTS = [
    Endpoint(
        "UA-01", "GET", _USERS, ACCESS, list_users, "Groups - List Users", _OF_USERS,
        answer=UserMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "UA-02", "POST", _USERS, ACCESS, add_users, "Groups - Add User", _OF_USERS, body=UsersGiven, answer=Added,
        refusals=(409,),
    ),
    Endpoint(
        "UA-03", "DELETE", f"{_USERS}/{{userId}}", ACCESS, remove_user, "Groups - Remove User", _OF_USERS, status=204,
    ),
    Endpoint(
        "UA-04", "GET", _BUSINESS_USERS, ACCESS, list_business_users, "Groups - List Business Users", _OF_USERS,
        answer=UserMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "UA-05", "POST", _BUSINESS_USERS, ACCESS, add_business_users, "Groups - Add Business User", _OF_USERS,
        body=UsersGiven, answer=Added, refusals=(409,),
    ),
    Endpoint(
        "UA-06", "DELETE", f"{_BUSINESS_USERS}/{{userId}}", ACCESS, remove_business_user, "Groups - Remove Business User",
        _OF_USERS, status=204,
    ),
    Endpoint(
        "UA-07", "GET", f"{API}/user-accesses/users/{{userId}}/roles", ACCESS, list_roles_of_user, "List User Roles",
        _OF_USERS, answer=EffectiveRoles, refusals=(409,),
    ),
    Endpoint(
        "BA-01", "GET", _BUSINESSES, ACCESS, list_businesses, "Groups - List Business", _OF_BUSINESSES,
        answer=BusinessMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "BA-02", "POST", _BUSINESSES, ACCESS, add_businesses, "Groups - Add Business", _OF_BUSINESSES,
        body=BusinessesGiven, answer=Added, refusals=(409,),
    ),
    Endpoint(
        "BA-03", "DELETE", f"{_BUSINESSES}/{{businessId}}", ACCESS, remove_business, "Groups - Remove Business",
        _OF_BUSINESSES, status=204,
    ),
    Endpoint(
        "BA-04", "GET", f"{API}/business-accesses/businesses/{{businessId}}/roles", ACCESS, list_roles_of_business,
        "List Business Roles", _OF_BUSINESSES, answer=EffectiveRoles, refusals=(409,),
    ),
    Endpoint(
        "SA-01", "GET", _SERVICES, ACCESS, list_services, "Groups - List Services", _OF_SERVICES,
        answer=ServiceMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "SA-02", "POST", _SERVICES, ACCESS, add_services, "Groups - Add Service", _OF_SERVICES,
        body=ServicesGiven, answer=Added, refusals=(409,),
    ),
    Endpoint(
        "SA-03", "DELETE", f"{_SERVICES}/{{serviceId}}", ACCESS, remove_service, "Groups - Remove Service", _OF_SERVICES,
        status=204,
    ),
    Endpoint(
        "SA-04", "GET", f"{API}/service-accesses/service-accounts/{{serviceId}}/roles", ACCESS, list_roles_of_service,
        "List Service Roles", _OF_SERVICES, answer=EffectiveRoles, refusals=(409,),
    ),
]  # fmt: skip
