"""Legacy logons that are associated and recovered, on the wire."""

from authme.kernel.http import API, Endpoint, Parameter
from authme.kernel.requirement import Requirement
from authme.sign_in.associate_logon import (
    AssociateByEmailRequest,
    AssociateByMobileRequest,
    Association,
    associate_by_email,
    associate_by_mobile,
)
from authme.sign_in.complete_association import CompleteAssociationRequest, complete_association
from authme.sign_in.recover_logon import RetrievedLogon, RetrieveLogonRequest, retrieve_logon
from authme.sign_in.reset_logon import ResetLogonRequest, reset_logon
from authme.tokens.model import TokenObject

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_TAGS = ("Legacy",)
_USERS = f"{API}/user-identities"

ENDPOINTS = [
    Endpoint(
        "UI-30", "POST", f"{_USERS}/legacy-logon/associate-by-email", _BEFORE_LOGIN, associate_by_email,
        "Associate legacy logon by email", _TAGS, body=AssociateByEmailRequest, answer=Association, status=201,
        wants_request=True, takes_basic=True, refusals=(429,),
    ),
    Endpoint(
        "UI-31", "POST", f"{_USERS}/legacy-logon/associate-by-mobile", _BEFORE_LOGIN, associate_by_mobile,
        "Associate legacy logon by mobile", _TAGS, body=AssociateByMobileRequest, answer=Association, status=201,
        wants_request=True, takes_basic=True, refusals=(429,),
    ),
    Endpoint(
        "UI-32", "POST", f"{_USERS}/legacy-logon/complete-association", _BEFORE_LOGIN, complete_association,
        "Complete Associate legacy logon", _TAGS, body=CompleteAssociationRequest, answer=TokenObject,
        refusals=(401, 409, 429),
    ),
    Endpoint(
        "UI-33", "POST", f"{_USERS}/retrieve-legacy-identity", _BEFORE_LOGIN, retrieve_logon,
        "Retrieve a legacy identity", _TAGS, body=RetrieveLogonRequest, answer=RetrievedLogon, status=201,
        refusals=(429,),
    ),
    Endpoint(
        "UI-34", "POST", f"{_USERS}/reset-legacy-password", _BEFORE_LOGIN, reset_logon, "Reset a legacy identity", _TAGS,
        body=ResetLogonRequest, answer=TokenObject, headers=(Parameter("ip"),), refusals=(409, 429),
    ),
]  # fmt: skip
