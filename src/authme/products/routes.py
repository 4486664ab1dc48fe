"""Product accesses in the table of operations."""

from authme.kernel.http import API, Endpoint, Parameter
from authme.kernel.requirement import Requirement
from authme.products.authorize import AuthorizeRequest, OpaqueToken, authorize
from authme.products.cancel import cancel
from authme.products.validate import ValidateRequest, Validity, validate
from authme.relation.requirements import ADMINISTRATION

_USERS = Requirement.parse(
    "CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and (PERSON or BUSINESS or BUSINESSOWNER or BUSINESSADMIN or ADMIN)"
)
_PROVED_CLIENT = Requirement.parse("CLI-AUTH-BASIC")
_TAGS = ("Product Accesses",)
_ALL = f"{API}/product-accesses"

ENDPOINTS = [
    Endpoint(
        "PA-01", "POST", f"{_ALL}/authorize", _USERS, authorize, "Generate Opaque Token", _TAGS,
        body=AuthorizeRequest, answer=OpaqueToken, wants_request=True, query=(Parameter("remember-me", bool),), refusals=(409,),
    ),
    Endpoint(
        "PA-02", "POST", f"{_ALL}/validate", _PROVED_CLIENT, validate, "Validate Opaque Token", _TAGS,
        body=ValidateRequest, answer=Validity,
    ),
    Endpoint(
        "X-cancel-order", "DELETE", f"{_ALL}/{{orderId}}", ADMINISTRATION, cancel, "Cancel an order", _TAGS,
        status=204, free_parameters=("orderId",),
    ),
]  # fmt: skip
