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
from authme.kernel.requirement import Requirement

_MANAGING = Requirement.parse(
    "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and "
    "((PERSON and !BUSINESS) or BUSINESSOWNER or BUSINESSADMIN or ADMIN or IAM_ADMIN_MAINTENANCE)"
)
_OF_USERS, _OF_BUSINESSES, _OF_SERVICES = ("User Accesses",), ("Business Accesses",), ("Service Accesses",)
_USERS = f"{API}/user-accesses/{{groupId}}/users"
_BUSINESS_USERS = f"{API}/user-accesses/{{groupId}}/business-users"
_BUSINESSES = f"{API}/business-accesses/{{groupId}}/businesses"
_SERVICES = f"{API}/service-accesses/{{groupId}}/service-accounts"

ENDPOINTS = [
    Endpoint(
        "UA-01", "GET", _USERS, _MANAGING, list_users, "Groups - List Users", _OF_USERS,
        answer=UserMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "UA-02", "POST", _USERS, _MANAGING, add_users, "Groups - Add User", _OF_USERS, body=UsersGiven, answer=Added,
        refusals=(409,),
    ),
    Endpoint(
        "UA-03", "DELETE", f"{_USERS}/{{userId}}", _MANAGING, remove_user, "Groups - Remove User", _OF_USERS, status=204,
    ),
    Endpoint(
        "UA-04", "GET", _BUSINESS_USERS, _MANAGING, list_business_users, "Groups - List Business Users", _OF_USERS,
        answer=UserMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "UA-05", "POST", _BUSINESS_USERS, _MANAGING, add_business_users, "Groups - Add Business User", _OF_USERS,
        body=UsersGiven, answer=Added, refusals=(409,),
    ),
    Endpoint(
        "UA-06", "DELETE", f"{_BUSINESS_USERS}/{{userId}}", _MANAGING, remove_business_user, "Groups - Remove Business User",
        _OF_USERS, status=204,
    ),
    Endpoint(
        "UA-07", "GET", f"{API}/user-accesses/users/{{userId}}/roles", _MANAGING, list_roles_of_user, "List User Roles",
        _OF_USERS, answer=EffectiveRoles, refusals=(409,),
    ),
    Endpoint(
        "BA-01", "GET", _BUSINESSES, _MANAGING, list_businesses, "Groups - List Business", _OF_BUSINESSES,
        answer=BusinessMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "BA-02", "POST", _BUSINESSES, _MANAGING, add_businesses, "Groups - Add Business", _OF_BUSINESSES,
        body=BusinessesGiven, answer=Added, refusals=(409,),
    ),
    Endpoint(
        "BA-03", "DELETE", f"{_BUSINESSES}/{{businessId}}", _MANAGING, remove_business, "Groups - Remove Business",
        _OF_BUSINESSES, status=204,
    ),
    Endpoint(
        "BA-04", "GET", f"{API}/business-accesses/businesses/{{businessId}}/roles", _MANAGING, list_roles_of_business,
        "List Business Roles", _OF_BUSINESSES, answer=EffectiveRoles, refusals=(409,),
    ),
    Endpoint(
        "SA-01", "GET", _SERVICES, _MANAGING, list_services, "Groups - List Services", _OF_SERVICES,
        answer=ServiceMembers, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "SA-02", "POST", _SERVICES, _MANAGING, add_services, "Groups - Add Service", _OF_SERVICES,
        body=ServicesGiven, answer=Added, refusals=(409,),
    ),
    Endpoint(
        "SA-03", "DELETE", f"{_SERVICES}/{{serviceId}}", _MANAGING, remove_service, "Groups - Remove Service", _OF_SERVICES,
        status=204,
    ),
    Endpoint(
        "SA-04", "GET", f"{API}/service-accesses/service-accounts/{{serviceId}}/roles", _MANAGING, list_roles_of_service,
        "List Service Roles", _OF_SERVICES, answer=EffectiveRoles, refusals=(409,),
    ),
]  # fmt: skip
