"""Logging in, on the wire."""

from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.sign_in.identification import IdentificationAnswer, IdentificationRequest, identify
from authme.sign_in.logout import logout
from authme.sign_in.password import LoginRequest, login
from authme.sign_in.renew import ChangeAppRequest, RenewRequest, change_app, renew
from authme.sign_in.token_endpoint import TokenRequest, generate_token
from authme.tokens.model import TokenObject

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)

ENDPOINTS = [
    Endpoint(
        "UI-04", "POST", f"{API}/user-identities/identification", _BEFORE_LOGIN, identify, "User identification", _TAGS,
        body=IdentificationRequest, answer=IdentificationAnswer,
    ),
    Endpoint(
        "UI-05", "POST", f"{API}/user-identities/login", _BEFORE_LOGIN, login, "Login user", _TAGS,
        body=LoginRequest, answer=TokenObject, tolerant=True, wants_request=True, takes_basic=True, refusals=(429,),
    ),
    Endpoint(
        "UI-13", "POST", f"{API}/user-identities/renew-token", _BEFORE_LOGIN, renew, "Renew Token", _TAGS,
        body=RenewRequest, answer=TokenObject,
    ),
    Endpoint(
        "X-renew-app-token", "POST", f"{API}/user-identities/renew-app-token", _SIGNED_IN, change_app,
        "Renew the token for another application", _TAGS, body=ChangeAppRequest, answer=TokenObject,
    ),
    Endpoint("X-logout", "POST", f"{API}/user-identities/me/logout", _SIGNED_IN, logout, "Log out", _TAGS, status=204),
    Endpoint(
        "GT-01", "POST", f"{API}/token", Requirement.parse("public"), generate_token,
        "Generate a access token and a refresh token", ("Generate Token",),
        body=TokenRequest, answer=TokenObject, wants_request=True, takes_basic=True, refusals=(403, 429),
    ),
]  # fmt: skip
