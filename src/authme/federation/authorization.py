"""The URL to which an application sends a person for a code (OpenID Connect Core section 3.1.2.1, RFC 7636, RFC 9700)."""

import base64
import hashlib
from typing import Final
from urllib.parse import urlencode, urlsplit

from authme.federation.metadata import Metadata
from authme.providers.model import OidcSettings

_OPENID: Final = "openid"


def authorization_url(
    settings: OidcSettings,
    metadata: Metadata,
    *,
    redirect_uri: str,
    state: str,
    nonce: str,
    code_verifier: str,
    login_hint: str | None,
) -> str:
    """Return the URL of the authorization request."""
    scopes = settings.scopes if _OPENID in settings.scopes else (_OPENID, *settings.scopes)
    fields = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(code_verifier),
        "code_challenge_method": "S256",
    }
    if settings.preset == "APPLE" and len(scopes) > 1:
        # Apple sends what it is asked for beside the account by a form, or refuses.
        fields["response_mode"] = "form_post"
    if login_hint is not None:
        fields["login_hint"] = login_hint
    endpoint = metadata.authorization_endpoint
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(fields)}"


def challenge_of(code_verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
