"""What is done to users as a whole, on the wire."""

from authme.accounts.add_names import AddNamesRequest, add_names
from authme.accounts.change import ChangeUserRequest, change_user
from authme.accounts.mainframe_logon import MainframeLogon, MainframeLogonRequest, order_logon, show_logon
from authme.accounts.register import register
from authme.accounts.remove import remove
from authme.accounts.remove_name import remove_name
from authme.accounts.search import QUERY, FoundUsers, search
from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.users.routes import CreatedUser, CreateUserRequest
from authme.users.show import UserAnswer

_TAGS = ("User Identities",)
_USERS = f"{API}/user-identities"


def _administration(scope: str) -> Requirement:
    administrator = "(CLI-1STPARTY and AUTH-BASIC and IAM_ADMIN_MAINTENANCE)"
    return Requirement.parse(f"{administrator} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:{scope})")


_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")

ENDPOINTS = [
    Endpoint(
        "UI-01", "POST", _USERS, _BEFORE_LOGIN, register, "Create Identity", _TAGS,
        body=CreateUserRequest, answer=CreatedUser, status=201, refusals=(409, 429),
    ),
    Endpoint(
        "UI-18", "DELETE", f"{_USERS}/{{userId}}", _administration("identity_remove"), remove, "Remove Identity", _TAGS,
        status=204,
    ),
    Endpoint(
        "UI-19", "PATCH", f"{_USERS}/{{userId}}", _administration("identity_update"), change_user,
        "Updates specific identity attributes", _TAGS, body=ChangeUserRequest, answer=UserAnswer, refusals=(409,),
    ),
    Endpoint(
        "UI-20", "POST", f"{_USERS}/{{userId}}/mainframe-logon", _administration("logon_provision"), order_logon,
        "Provision logon in mainframe", _TAGS, body=MainframeLogonRequest, answer=MainframeLogon, status=201,
        body_optional=True, refusals=(409,),
    ),
    Endpoint(
        "X-mainframe-logon", "GET", f"{_USERS}/{{userId}}/mainframe-logon", _administration("logon_provision"), show_logon,
        "Get the logon in the mainframe", _TAGS, answer=MainframeLogon,
    ),
    Endpoint(
        "UI-23", "DELETE", f"{_USERS}/{{userId}}/identities/{{identityId}}", _administration("identity_remove"), remove_name,
        "Remove Identity (one of several)", _TAGS, status=204, refusals=(409,),
    ),
    Endpoint(
        "UI-24", "PATCH", f"{_USERS}/{{userId}}/identities", _administration("identity_add"), add_names, "Add Identity", _TAGS,
        body=AddNamesRequest, answer=UserAnswer, refusals=(409,),
    ),
    Endpoint(
        "X-search", "GET", _USERS,
        Requirement.parse("CLI-1STPARTY and AUTH-BASIC and (ADMIN or IAM_ADMIN_MAINTENANCE)"), search, "Find users", _TAGS,
        answer=FoundUsers, wants_request=True, query=QUERY, refusals=(400,),
    ),
]  # fmt: skip
