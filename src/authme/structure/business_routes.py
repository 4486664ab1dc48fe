"""Businesses and their users, in the table of operations."""

from authme.kernel.http import API, Endpoint
from authme.kernel.paging import PAGE
from authme.kernel.requirement import Requirement
from authme.relation.requirements import ADMINISTRATION
from authme.structure.business_change import change
from authme.structure.business_create import create
from authme.structure.business_find import list_page, show
from authme.structure.business_remove import remove
from authme.structure.business_users import (
    BusinessUser,
    BusinessUserPage,
    PutBusinessUserRequest,
    list_users,
    put_user,
    remove_user,
)
from authme.structure.business_wire import BusinessAnswer, BusinessPage, ChangeBusinessRequest, CreateBusinessRequest

# A business looks after its own users.
_OWN_USERS = Requirement.parse(
    "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and (BUSINESSOWNER or BUSINESSADMIN or ADMIN or IAM_ADMIN_MAINTENANCE)"
)
_TAGS = ("Businesses",)
_ALL = f"{API}/businesses"
_ONE = f"{_ALL}/{{businessId}}"
_USERS = f"{_ONE}/users"
_USER = f"{_USERS}/{{userId}}"

ENDPOINTS = [
    Endpoint(
        "X-create-business", "POST", _ALL, ADMINISTRATION, create, "Create a business", _TAGS,
        body=CreateBusinessRequest, answer=BusinessAnswer, status=201, refusals=(409,),
    ),
    Endpoint(
        "X-businesses", "GET", _ALL, ADMINISTRATION, list_page, "List businesses", _TAGS,
        answer=BusinessPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint("X-business", "GET", _ONE, ADMINISTRATION, show, "Get a business", _TAGS, answer=BusinessAnswer),
    Endpoint(
        "X-change-business", "PUT", _ONE, ADMINISTRATION, change, "Change a business", _TAGS,
        body=ChangeBusinessRequest, answer=BusinessAnswer, refusals=(409,),
    ),
    Endpoint(
        "X-remove-business", "DELETE", _ONE, ADMINISTRATION, remove, "Remove a business", _TAGS, status=204, refusals=(409,),
    ),
    Endpoint(
        "X-business-users", "GET", _USERS, _OWN_USERS, list_users, "List the users of a business", _TAGS,
        answer=BusinessUserPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "X-put-business-user", "PUT", _USER, _OWN_USERS, put_user, "Bring a user to a business, or change the office there",
        _TAGS, body=PutBusinessUserRequest, answer=BusinessUser, refusals=(409,),
    ),
    Endpoint(
        "X-remove-business-user", "DELETE", _USER, _OWN_USERS, remove_user, "Take a user out of a business", _TAGS,
        status=204,
    ),
]  # fmt: skip
