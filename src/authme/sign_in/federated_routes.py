"""Accounts at OpenID providers, on the wire."""

from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.sign_in.federated_begin import FederatedAuthorization, FederatedAuthorizationRequest, begin_federated
from authme.sign_in.federated_link import link_federated
from authme.sign_in.federated_login import login_federated
from authme.sign_in.federated_shown import FederatedRequest
from authme.tokens.model import TokenObject
from authme.users.show import IdentityAnswer

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)
_USERS = f"{API}/user-identities"

ENDPOINTS = [
    Endpoint(
        "UI-42", "POST", f"{_USERS}/login-federated", _BEFORE_LOGIN, login_federated, "Login using federated accounts", _TAGS,
        body=FederatedRequest, answer=TokenObject, refusals=(429,),
    ),
    Endpoint(
        "X-begin-federated", "POST", f"{_USERS}/login-federated/authorization-request", _BEFORE_LOGIN, begin_federated,
        "Begin a login at an OpenID provider", _TAGS, body=FederatedAuthorizationRequest, answer=FederatedAuthorization,
        status=201, refusals=(429,),
    ),
    Endpoint(
        "X-link-federated", "POST", f"{_USERS}/me/federated-accounts", _SIGNED_IN, link_federated,
        "Link an account at an OpenID provider", _TAGS, body=FederatedRequest, answer=IdentityAnswer, status=201,
        refusals=(409, 429),
    ),
]  # fmt: skip
