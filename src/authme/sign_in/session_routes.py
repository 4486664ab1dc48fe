"""What is done with a session once it is there, on the wire."""

from authme.devices.shown import DeviceAnswer
from authme.kernel.http import API, Endpoint, Parameter
from authme.kernel.paging import PAGE
from authme.kernel.requirement import Requirement
from authme.kernel.wire import Id
from authme.sign_in.acting import AccessTokenRequest, get_access_token
from authme.sign_in.associate_device import AssociateDeviceRequest, associate_device
from authme.sign_in.change_app import TARGET, ChangeAppRequest, RenewAppTokenRequest, change_app, renew_app_token
from authme.sign_in.hand_over import Param, ParamRequest, RedeemRequest, generate_param, redeem_param
from authme.sign_in.list_sessions import SessionsPage, list_sessions
from authme.sign_in.logout import end_session, logout
from authme.sign_in.renew import RenewRequest, RenovateRequest, renew, renovate
from authme.tokens.model import TokenObject

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)
_USERS = f"{API}/user-identities"

ENDPOINTS = [
    Endpoint(
        "UI-03", "POST", f"{_USERS}/me/generate-param", _SIGNED_IN, generate_param, "Generate Param", _TAGS,
        body=ParamRequest, answer=Param, status=201, body_optional=True,
    ),
    Endpoint(
        "UI-07", "POST", f"{_USERS}/auth-legacy-by-param", _BEFORE_LOGIN, redeem_param, "Authenticate user by param",
        ("Legacy",), body=RedeemRequest, answer=TokenObject, wants_request=True, body_optional=True, deprecated=True,
        headers=(Parameter("param", required=True), Parameter("ip")),
    ),
    Endpoint(
        "UI-09", "POST", f"{_USERS}/renovate-token", _BEFORE_LOGIN, renovate, "User renovate-token", _TAGS,
        body=RenovateRequest, answer=TokenObject,
    ),
    Endpoint(
        "UI-10", "POST", f"{_USERS}/me/associate-user-device", _SIGNED_IN, associate_device, "User associate-user-device",
        _TAGS, body=AssociateDeviceRequest, answer=DeviceAnswer, status=201, refusals=(409,),
    ),
    Endpoint(
        "UI-11", "POST", f"{_USERS}/me/change-app", _SIGNED_IN, change_app,
        "Generates token when user navigates between applications", _TAGS,
        body=ChangeAppRequest, answer=TokenObject, wants_request=True, body_optional=True,
        query=(Parameter(TARGET, Id, required=True),),
    ),
    Endpoint(
        "UI-12", "POST", f"{_USERS}/me/access-token", _SIGNED_IN, get_access_token, "Generates an Access token", _TAGS,
        body=AccessTokenRequest, answer=TokenObject, body_optional=True,
    ),
    Endpoint(
        "UI-13", "POST", f"{_USERS}/renew-token", _BEFORE_LOGIN, renew, "Renew Token", _TAGS,
        body=RenewRequest, answer=TokenObject,
    ),
    Endpoint(
        "X-renew-app-token", "POST", f"{_USERS}/renew-app-token", _SIGNED_IN, renew_app_token,
        "Renew the token for another application", _TAGS, body=RenewAppTokenRequest, answer=TokenObject,
    ),
    Endpoint("X-logout", "POST", f"{_USERS}/me/logout", _SIGNED_IN, logout, "Log out", _TAGS, status=204),
    Endpoint(
        "X-sessions", "GET", f"{_USERS}/me/sessions", _SIGNED_IN, list_sessions, "List my sessions", _TAGS,
        answer=SessionsPage, wants_request=True, query=PAGE, refusals=(400,),
    ),
    Endpoint(
        "X-end-session", "DELETE", f"{_USERS}/me/sessions/{{sid}}", _SIGNED_IN, end_session, "End a session of mine", _TAGS,
        status=204,
    ),
]  # fmt: skip
