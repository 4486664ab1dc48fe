"""SAML, on the wire."""

from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.saml.metadata_published import MEDIA_TYPE
from authme.sign_in.saml_begin import AuthenticationRequest, SentRequest, begin_saml
from authme.sign_in.saml_checked import ResponseRequest
from authme.sign_in.saml_link import link_saml
from authme.sign_in.saml_login import exchange_response
from authme.sign_in.saml_metadata import show_saml_metadata
from authme.sign_in.saml_renew import RenewApp
from authme.users.show import IdentityAnswer

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)
_USERS = f"{API}/user-identities"

ENDPOINTS = [
    Endpoint(
        "X-begin-saml", "POST", f"{_USERS}/saml/authentication-request", _BEFORE_LOGIN, begin_saml,
        "Begin a login at a SAML identity provider", _TAGS, body=AuthenticationRequest, answer=SentRequest, status=201,
        refusals=(409, 429),
    ),
    Endpoint(
        "UI-29", "POST", f"{_USERS}/saml/renew-app-token", _BEFORE_LOGIN, exchange_response,
        "Generate a renew app token based on SAML integration informed data", _TAGS,
        body=ResponseRequest, answer=RenewApp, refusals=(429,),
    ),
    Endpoint(
        "X-link-saml", "POST", f"{_USERS}/me/saml-accounts", _SIGNED_IN, link_saml, "Link a SAML account", _TAGS,
        body=ResponseRequest, answer=IdentityAnswer, status=201, refusals=(409, 429),
    ),
    Endpoint(
        "X-saml-metadata", "GET", f"{API}/saml/{{alias}}/metadata", Requirement.parse("public"), show_saml_metadata,
        "This server's SAML metadata for an identity provider", ("SAML",), media_types=(MEDIA_TYPE,), refusals=(404,),
    ),
]  # fmt: skip
