"""Digital certificates, on the wire."""

from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.sign_in.certificate_challenge import CertificateChallenge, ChallengeRequest, open_certificate_challenge
from authme.sign_in.certificate_login import login_by_certificate
from authme.sign_in.certificate_prove import prove_certificate
from authme.sign_in.certificate_signed import SignedRequest
from authme.sign_in.certificate_tls import TlsLoginRequest, login_by_tls
from authme.tokens.model import TokenObject

_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_TAGS = ("User Identities",)
_USERS = f"{API}/user-identities"

ENDPOINTS = [
    Endpoint(
        "UI-27", "POST", f"{_USERS}/digital-certificate/challenge", _BEFORE_LOGIN, open_certificate_challenge,
        "Generate token to login with digital certificate", _TAGS, body=ChallengeRequest, answer=CertificateChallenge,
        status=201, body_optional=True, refusals=(429,),
    ),
    Endpoint(
        "UI-28", "POST", f"{_USERS}/digital-certificate/login", _BEFORE_LOGIN, login_by_certificate,
        "Authenticate with digital certificate", _TAGS, body=SignedRequest, answer=TokenObject, refusals=(429,),
    ),
    Endpoint(
        "X-tls-login", "POST", f"{_USERS}/digital-certificate/tls-login", _BEFORE_LOGIN, login_by_tls,
        "Authenticate with the digital certificate of the TLS connection", _TAGS, body=TlsLoginRequest, answer=TokenObject,
        wants_request=True, refusals=(429,),
    ),
    Endpoint(
        "X-prove-certificate", "POST", f"{_USERS}/me/digital-certificate", _SIGNED_IN, prove_certificate,
        "Prove a digital certificate in a session", _TAGS, body=SignedRequest, answer=TokenObject, refusals=(409, 429),
    ),
]  # fmt: skip
