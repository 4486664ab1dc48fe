"""Factors on the wire."""

from authme.factors.confirm import SentToken, Validated, ValidateRequest, send_token, validate_token
from authme.factors.mine import (
    END_OTHERS,
    AddFactorsRequest,
    add_mine,
    list_mine,
    remove_mine,
    replace_mine,
)
from authme.factors.others import ChangeFactorRequest, add_to, change_of, remove_of
from authme.factors.shown import FactorAnswer
from authme.factors.wire import FactorGiven
from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement

_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_ADMINISTRATION = Requirement.parse(
    "(CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and IAM_ADMIN_MAINTENANCE) "
    "or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:factor_manage)"
)
_TAGS = ("User Identities",)
_MINE = f"{API}/user-identities/me/authentication-factors"
_OTHERS = f"{API}/user-identities/{{id}}/authentication-factors"

ENDPOINTS = [
    Endpoint(
        "UI-35", "POST", _MINE, _SIGNED_IN, add_mine, "Add alternative contacts to use on MFA process", _TAGS,
        body=AddFactorsRequest, answer=list[FactorAnswer], status=201, wants_request=True, query=(END_OTHERS,),
        refusals=(409,),
    ),
    Endpoint(
        "UI-36", "GET", _MINE, _SIGNED_IN, list_mine, "Retrieve all user authentication factors", _TAGS,
        answer=list[FactorAnswer],
    ),
    Endpoint(
        "UI-37", "PUT", f"{_MINE}/{{factorId}}", _SIGNED_IN, replace_mine,
        "Update an alternative contact to use on MFA process", _TAGS,
        body=FactorGiven, answer=FactorAnswer, wants_request=True, query=(END_OTHERS,), refusals=(409,),
    ),
    Endpoint(
        "UI-38", "DELETE", f"{_MINE}/{{factorId}}", _SIGNED_IN, remove_mine, "Delete an alternative contact", _TAGS,
        status=204, wants_request=True, query=(END_OTHERS,), refusals=(400, 409),
    ),
    Endpoint(
        "UI-39", "POST", f"{_MINE}/{{factorId}}/send-token", _SIGNED_IN, send_token,
        "Send a token to an authentication factor", _TAGS, answer=SentToken, status=201, refusals=(409, 429),
    ),
    Endpoint(
        "UI-40", "POST", f"{_MINE}/{{factorId}}/validate-token", _SIGNED_IN, validate_token,
        "Validate a Token previously sent to an authentication factor", _TAGS,
        body=ValidateRequest, answer=Validated, refusals=(409, 429),
    ),
    Endpoint(
        "UI-43", "POST", _OTHERS, _ADMINISTRATION, add_to,
        "Add alternative contacts to use on MFA process (administrative)", _TAGS,
        body=AddFactorsRequest, answer=list[FactorAnswer], status=201, refusals=(409,),
    ),
    Endpoint(
        "UI-44", "PATCH", f"{_OTHERS}/{{factorId}}", _ADMINISTRATION, change_of,
        "Partial update to alternative contact to use on MFA process with administrative roles", _TAGS,
        body=ChangeFactorRequest, answer=FactorAnswer, refusals=(409,),
    ),
    Endpoint(
        "UI-45", "DELETE", f"{_OTHERS}/{{factorId}}", _ADMINISTRATION, remove_of,
        "Delete an alternative contact with administrative roles", _TAGS, status=204, refusals=(409,),
    ),
]  # fmt: skip
