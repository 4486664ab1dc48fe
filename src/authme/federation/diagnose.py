"""What is wrong with an OpenID provider: asked anew, as a login asks it, and said in plain words."""

import asyncio
import secrets
from collections.abc import Iterator
from typing import Final

from authme.crypto import jose
from authme.federation.asking import MOST_BYTES
from authme.federation.code_exchange import error_of, token_request
from authme.federation.metadata import Metadata, MetadataRefused, discovery_url, is_issuer_of, read_metadata, stands_for_many
from authme.federation.model import Code, NotAccepted
from authme.federation.openid_providers import json_of
from authme.kernel.fetch import Fetcher, NotFetched
from authme.providers.finding import Finding
from authme.providers.model import OidcSettings, Provider

_OK: Final = 200
_WAYS: Final = {"apple": "client_secret_post"}
"""What a way in which a client proves to be itself is called in discovery documents, where that is another name."""
_BASIC: Final = ("client_secret_basic",)
_NO_REDIRECT: Final = "https://client.example.com/callback"
_WRONG_CLIENT: Final = frozenset({"invalid_client", "unauthorized_client"})


async def diagnose(fetcher: Fetcher, provider: Provider, secret: str | None, now: int) -> list[Finding]:
    """Return what a test of the provider finds, in the order in which a login would meet it. Changes nothing.

    The token endpoint is asked with a code that nobody was given: a provider that knows this server refuses the code, another
    one refuses the client. `now` in epoch seconds.
    """
    settings = provider.settings
    if not isinstance(settings, OidcSettings):
        return [Finding("KIND", ok=False, message="It is no OpenID provider.")]
    url = discovery_url(settings.issuer)
    body = await _fetch(fetcher, "DISCOVERY", url)
    if isinstance(body, Finding):
        return [body]
    try:
        metadata = read_metadata(body, url=url)
    except MetadataRefused as error:
        return [Finding("DISCOVERY", ok=False, message=f"What is at {url} is of no use: {error}.")]
    found = [Finding("DISCOVERY", ok=True, message="The discovery document was read."), _issuer(settings, metadata)]
    if not found[-1].ok:
        return found
    found.append(await _keys(fetcher, metadata))
    found += _agreements(settings, metadata)
    found.append(await _client(fetcher, settings, secret, metadata, now))
    return found


async def _fetch(fetcher: Fetcher, check: str, url: str) -> bytes | Finding:
    try:
        answer = await fetcher.fetch(url, at_most=MOST_BYTES, headers={"Accept": "application/json"})
    except NotFetched as error:
        return Finding(check, ok=False, message=f"{url} cannot be read: {error}")
    if answer.status != _OK:
        return Finding(check, ok=False, message=f"{url} answers {answer.status}, and 200 is expected.")
    return answer.body


def _issuer(settings: OidcSettings, metadata: Metadata) -> Finding:
    if is_issuer_of(settings, metadata.issuer):
        return Finding("ISSUER", ok=True, message=f"The issuer is {settings.issuer}.")
    said = repr(metadata.issuer[:256])
    message = f"The provider calls itself {said}, and {settings.issuer!r} is configured; they must be equal, also a slash."
    return Finding("ISSUER", ok=False, message=message)


async def _keys(fetcher: Fetcher, metadata: Metadata) -> Finding:
    body = await _fetch(fetcher, "KEYS", metadata.jwks_uri)
    if isinstance(body, Finding):
        return body
    try:
        keys = await asyncio.to_thread(jose.parse_foreign_keys, body)
    except jose.JwksRefused as error:
        return Finding("KEYS", ok=False, message=f"What is at {metadata.jwks_uri} is no key set: {error}")
    passed_over = f" Passed over: {'; '.join(keys.passed_over)}." if keys.passed_over else ""
    if not keys.entries:
        return Finding("KEYS", ok=False, message=f"The key set has no key that can be used here.{passed_over}")
    return Finding("KEYS", ok=True, message=f"The key set has {len(keys.entries)} keys that can be used here.{passed_over}")


def _agreements(settings: OidcSettings, metadata: Metadata) -> Iterator[Finding]:
    """Compare what the provider says that it can with what is asked of it."""
    algorithms = metadata.id_token_signing_alg_values_supported
    if algorithms is not None and not set(algorithms) & set(jose.FOREIGN_ALGORITHMS):
        yield Finding("ALGORITHMS", ok=False, message="The provider signs by no algorithm that is checked here.")
    # RFC 8414 section 2: without the member it is client_secret_basic.
    ways = metadata.token_endpoint_auth_methods_supported or _BASIC
    way = _WAYS.get(settings.client_authentication, settings.client_authentication)
    if way not in ways:
        message = f"The provider takes {', '.join(ways)[:256]} for its clients, and {way} is configured."
        yield Finding("CLIENT_AUTHENTICATION", ok=False, message=message)
    methods = metadata.code_challenge_methods_supported
    if methods is not None and "S256" not in methods:
        yield Finding("PKCE", ok=False, message="The provider does not take a code challenge by S256.")
    unknown = [one for one in settings.scopes if one not in (metadata.scopes_supported or settings.scopes)]
    if unknown:
        # Discovery section 3: a provider need not name them all.
        message = f"The provider does not name {', '.join(unknown)} among its scopes; see this if it answers invalid_scope."
        yield Finding("SCOPES", ok=True, message=message)
    if not settings.redirect_uris:
        message = "No redirectUris are configured: no code can be exchanged, and ID tokens alone log people in."
        yield Finding("REDIRECT_URIS", ok=True, message=message)
    if stands_for_many(settings) and not settings.tenants:
        yield Finding("TENANTS", ok=False, message="No tenants are configured: nobody is let in.")


async def _client(fetcher: Fetcher, settings: OidcSettings, secret: str | None, metadata: Metadata, now: int) -> Finding:
    """Ask for tokens for a code that does not exist."""
    redirect_uri = settings.redirect_uris[0] if settings.redirect_uris else _NO_REDIRECT
    given = Code(secrets.token_urlsafe(16), redirect_uri, secrets.token_urlsafe(32))
    try:
        request = token_request(settings, secret, metadata, given, keys=jose.HeldKeys(), now=now)
        answer = await fetcher.fetch(request.url, at_most=MOST_BYTES, method="POST", headers=request.headers, body=request.body)
    except (NotAccepted, NotFetched) as error:
        return Finding("CLIENT", ok=False, message=f"The token endpoint cannot be asked: {error}")
    said = error_of(json_of(answer.body))
    if said == "invalid_grant":
        return Finding("CLIENT", ok=True, message="The provider knows this server as its client.")
    if said in _WRONG_CLIENT:
        message = f"The provider does not take this server for its client ({said}): see clientId, secret and how it is sent."
        return Finding("CLIENT", ok=False, message=message)
    message = (
        f"The token endpoint answers {answer.status} with {said} to a code that does not exist; invalid_grant is expected."
    )
    return Finding("CLIENT", ok=False, message=message)
