"""How this server proves to a provider that it is its client (RFC 6749 section 2.3.1, OpenID Connect Core section 9)."""

import base64
import secrets
from typing import Final
from urllib.parse import quote_plus

from authme.crypto.jose import HeldKeys, KeyRefused
from authme.federation.model import NotAccepted
from authme.providers.model import OidcSettings

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_APPLE: Final = "https://appleid.apple.com"
_SECONDS: Final = 300
"""Life of an assertion: Apple allows six months, nobody needs more than the request takes."""


def authenticate(
    settings: OidcSettings, secret: str | None, keys: HeldKeys, *, token_endpoint: str, now: int
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and the form fields that prove it; raise NotAccepted where the provider's row lacks what is needed."""
    client, method = {"client_id": settings.client_id}, settings.client_authentication
    if method == "none":
        return {}, client
    if secret is None:
        raise NotAccepted("the provider's client secret is not configured here", is_guess=False)
    if method == "client_secret_post":
        return {}, client | {"client_secret": secret}
    if method == "client_secret_basic":
        pair = f"{quote_plus(settings.client_id)}:{quote_plus(secret)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}
    times = {"iat": now, "exp": now + _SECONDS}
    try:
        if method == "apple":
            claims = {"iss": settings.team_id, "sub": settings.client_id, "aud": _APPLE, **times}
            return {}, client | {"client_secret": keys.sign(secret, claims, key_id=settings.key_id)}
        of_client = {"iss": settings.client_id, "sub": settings.client_id, "aud": token_endpoint}
        signed = keys.sign(secret, {**of_client, **times, "jti": secrets.token_urlsafe(16)}, key_id=settings.key_id)
    except KeyRefused as error:
        raise NotAccepted("the provider's private key that is configured here cannot be used", is_guess=False) from error
    return {}, client | {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": signed}
