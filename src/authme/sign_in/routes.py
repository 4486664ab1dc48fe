"""Logging in, on the wire."""

from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.sign_in.client_assertion import AssertionRequest, login_by_assertion
from authme.sign_in.client_login import login as login_client
from authme.sign_in.identification import IdentificationAnswer, IdentificationRequest, identify
from authme.sign_in.legacy import login_legacy
from authme.sign_in.password import LoginRequest, login
from authme.sign_in.recovery import (
    CreatePasswordRequest,
    ResetPasswordRequest,
    Retrieved,
    RetrieveRequest,
    create_password,
    reset_password,
    retrieve_identity,
)
from authme.sign_in.remember_me import RememberedTokens, RememberMeRequest, log_in_again
from authme.sign_in.step_up import (
    FulfillRequest,
    GrantSmartRequest,
    Leverage,
    LeverageRequest,
    fulfill_mfa,
    grant_auth_smart,
    leverage_mfa,
)
from authme.sign_in.token_endpoint import TokenRequest, generate_token
from authme.tokens.model import TokenObject

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_PUBLIC = Requirement.parse("public")
_TAGS = ("User Identities",)
_CLIENTS = ("Client Identities",)

ENDPOINTS = [
    Endpoint(
        "UI-04", "POST", f"{API}/user-identities/identification", _BEFORE_LOGIN, identify, "User identification", _TAGS,
        body=IdentificationRequest, answer=IdentificationAnswer,
    ),
    Endpoint(
        "UI-05", "POST", f"{API}/user-identities/login", _BEFORE_LOGIN, login, "Login user", _TAGS,
        body=LoginRequest, answer=RememberedTokens, tolerant=True, wants_request=True, takes_basic=True, refusals=(429,),
    ),
    Endpoint(
        "UI-06", "POST", f"{API}/user-identities/login-legacy", _BEFORE_LOGIN, login_legacy, "Login legacy user", ("Legacy",),
        body=LoginRequest, answer=RememberedTokens, tolerant=True, wants_request=True, takes_basic=True, refusals=(409, 429),
    ),
    Endpoint(
        "UI-08", "POST", f"{API}/user-identities/remember-me", _BEFORE_LOGIN, log_in_again, "User remember-me", _TAGS,
        body=RememberMeRequest, answer=RememberedTokens,
    ),
    Endpoint(
        "UI-02", "POST", f"{API}/user-identities/retrieve-identity", _BEFORE_LOGIN, retrieve_identity,
        "Retrieve an Identity", _TAGS, body=RetrieveRequest, answer=Retrieved, status=201, refusals=(429,),
    ),
    Endpoint(
        "UI-14", "POST", f"{API}/user-identities/password", _BEFORE_LOGIN, create_password, "Create password", _TAGS,
        body=CreatePasswordRequest, answer=TokenObject, status=201, refusals=(409, 429),
    ),
    Endpoint(
        "UI-16", "POST", f"{API}/user-identities/reset-password", _BEFORE_LOGIN, reset_password, "Reset password", _TAGS,
        body=ResetPasswordRequest, answer=TokenObject, refusals=(409, 429),
    ),
    Endpoint(
        "UI-25", "POST", f"{API}/user-identities/me/leverage-mfa", _SIGNED_IN, leverage_mfa, "Leverage MFA", _TAGS,
        body=LeverageRequest, answer=Leverage, status=201, body_optional=True, refusals=(409, 429),
    ),
    Endpoint(
        "UI-26", "POST", f"{API}/user-identities/me/fulfill-mfa", _SIGNED_IN, fulfill_mfa, "Fulfill MFA", _TAGS,
        body=FulfillRequest, answer=TokenObject, refusals=(409, 429),
    ),
    Endpoint(
        "UI-41", "POST", f"{API}/user-identities/me/grant-auth-smart", _SIGNED_IN, grant_auth_smart,
        "Grant Auth Smart Role", _TAGS, body=GrantSmartRequest, answer=TokenObject, refusals=(409,),
    ),
    Endpoint(
        "CI-04", "POST", f"{API}/client-identities/login", _PUBLIC, login_client, "Login client", _CLIENTS,
        answer=TokenObject, tolerant=True, wants_request=True, takes_basic=True,
    ),
    Endpoint(
        "CI-05", "POST", f"{API}/client-identities/{{clientId}}/login", _PUBLIC, login_by_assertion,
        "Login client (signed assertion)", _CLIENTS, body=AssertionRequest, answer=TokenObject, wants_request=True,
        refusals=(401,),
    ),
    Endpoint(
        "GT-01", "POST", f"{API}/token", _PUBLIC, generate_token,
        "Generate a access token and a refresh token", ("Generate Token",),
        body=TokenRequest, answer=TokenObject, wants_request=True, takes_basic=True, refusals=(403, 429),
    ),
]  # fmt: skip
