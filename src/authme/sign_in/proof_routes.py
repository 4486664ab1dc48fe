"""Certificates and accounts at identity providers that are linked to somebody's account, on the wire."""

from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.sign_in.unlink import unlink

_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)

ENDPOINTS = [
    Endpoint(
        "X-unlink", "DELETE", f"{API}/user-identities/me/identities/{{identityId}}", _SIGNED_IN, unlink,
        "Unlink a certificate or an account at an identity provider", _TAGS, status=204, refusals=(409,),
    ),
]  # fmt: skip
