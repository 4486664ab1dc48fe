"""Exchange a code for tokens at a provider (RFC 6749 section 4.1.3, RFC 7636, OpenID Connect Core section 3.1.3)."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from authme.crypto.jose import HeldKeys
from authme.federation.client_authentication import authenticate
from authme.federation.metadata import Metadata
from authme.federation.model import Code, NotAccepted
from authme.federation.openid_providers import OpenIdProviders, json_of
from authme.providers.model import OidcSettings

_OK: Final = 200
_ERROR: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,64}")  # RFC 6749 section 5.2, without spaces
_OURS: Final = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})
"""Errors that the code has nothing to do with: the provider does not take this server for its client."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave for the code. The access token is used once, for its user information, and forgotten."""

    id_token: str
    access_token: str | None


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What is posted to a token endpoint."""

    url: str
    headers: dict[str, str]
    body: bytes


async def exchange(
    providers: OpenIdProviders, settings: OidcSettings, secret: str | None, metadata: Metadata, given: Code
) -> Tokens:
    """Return the tokens; raise NotAccepted with the provider's error, or Unavailable."""
    if given.redirect_uri not in settings.redirect_uris:
        raise NotAccepted("redirectUri is none of those that are registered for the provider")
    request = token_request(settings, secret, metadata, given, keys=providers.held_keys, now=providers.clock.now())
    answer = await providers.asker.ask(request.url, method="POST", headers=request.headers, body=request.body)
    found = json_of(answer.body)
    if answer.status != _OK:
        raise _refused(answer.status, found)
    id_token, access_token = (found or {}).get("id_token"), (found or {}).get("access_token")
    if not isinstance(id_token, str):
        raise NotAccepted("the provider's answer to the code has no ID token")
    # It goes into a header, as it is.
    if access_token is not None and not (
        isinstance(access_token, str) and access_token.isascii() and access_token.isprintable()
    ):
        raise NotAccepted("the provider's access token is malformed")
    return Tokens(id_token, access_token)


def token_request(
    settings: OidcSettings, secret: str | None, metadata: Metadata, given: Code, *, keys: HeldKeys, now: int
) -> TokenRequest:
    """Return the request that exchanges a code; raise NotAccepted where the provider or its row lacks what is needed."""
    if metadata.token_endpoint is None:
        raise NotAccepted("the provider has no token endpoint", is_guess=False)
    headers, fields = authenticate(settings, secret, keys, token_endpoint=metadata.token_endpoint, now=now)
    form = {
        "grant_type": "authorization_code",
        "code": given.code,
        "redirect_uri": given.redirect_uri,
        "code_verifier": given.code_verifier,
        **fields,
    }
    headers |= {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return TokenRequest(metadata.token_endpoint, headers, urlencode(form).encode())


def error_of(found: dict[str, Any] | None) -> str:
    """Return the error that the provider names, if it is one that may be shown."""
    error = (found or {}).get("error")
    return error if isinstance(error, str) and _ERROR.fullmatch(error) else "an error without a name"


def _refused(status: int, found: dict[str, Any] | None) -> NotAccepted:
    error = error_of(found)
    if error in _OURS:
        return NotAccepted(f"the provider does not take this server for its client: {error}", is_guess=False)
    return NotAccepted(f"the provider does not accept the code: {error} ({status})")
