"""X-begin-saml: have somebody prove who they are at a SAML identity provider."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from msgspec import Meta

from authme.challenges import open_challenge
from authme.crypto.sealing import MasterKey
from authme.crypto.secrets import new_secret
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids, malformed, named_in_body_unknown
from authme.kernel.times import moment
from authme.kernel.wire import SparseAnswer, Wire
from authme.providers import store as providers
from authme.providers.model import Provider, SamlSettings
from authme.saml.bindings import post_field, redirect_url
from authme.saml.keys import read_service_key
from authme.saml.request import AuthnRequest, new_random, to_xml
from authme.sign_in.caller import get_client
from authme.sign_in.saml_asked import PURPOSE, Asked, encode, request_id_of
from authme.sign_in.waiting import get_subject, session_of
from authme.structure.provider_wire import Alias

_LIFE: Final = timedelta(minutes=10)
Binding = Literal["REDIRECT", "POST"]
RelayState = Annotated[
    str,
    # $ alone would let a line feed through at the end.
    Meta(pattern=r"^[ -~]{1,80}(?!\n)$", max_length=80, description="a text of 1 to 80 printable ASCII characters"),
]
_Url = Annotated[str, Meta(min_length=1, max_length=2048, description="an absolute URL")]


class AuthenticationRequest(Wire, frozen=True):
    """At which provider, by which binding, and where its answer goes.

    Without a binding it is HTTP-Redirect where the provider has it, without a URL the provider's first. What `relayState` is,
    random if it is not given, comes back with the answer: an application that compares it with what it keeps in the person's
    browser knows that the answer is theirs.
    """

    provider: Alias
    binding: Annotated[Binding, Meta(description="one of REDIRECT, POST")] | None = None
    acs_url: _Url | None = None
    relay_state: RelayState | None = None


class SentRequest(SparseAnswer, frozen=True):
    """Where to send the person: to `url` as it stands, or by a form that posts `SAMLRequest` and `RelayState` to it."""

    url: str
    relay_state: str
    request_id: str
    expires_at: datetime
    saml_request: str | None = None


@dataclass(frozen=True, slots=True)
class _To:
    """Where a request goes, how, and who signs it."""

    binding: Binding
    url: str
    key_pem: str | None
    certificate: str

    def carry(self, request: AuthnRequest, relay_state: str) -> tuple[str, str | None]:
        """Return the URL, and the field of the form by HTTP-POST. Slow, by milliseconds: a signature."""
        key = read_service_key(self.key_pem) if self.key_pem is not None else None
        if self.binding == "REDIRECT":
            return redirect_url(self.url, to_xml(request), relay_state=relay_state, key=key), None
        return self.url, post_field(to_xml(request), key=key, certificate=self.certificate)


async def begin_saml(ctx: Context, body: AuthenticationRequest) -> SentRequest:
    """Return a request to the identity provider, signed if it is to be: good once, for ten minutes, and for this client.

    Asked for with the bearer token of a session it is good in that session alone (to link an account), without one for a login
    alone. Raises (107) for an unknown provider, StateForbids where it has no URL for the request, and TooManyTries when as many
    wait to be answered for one network, or one person, as failures are taken from a network.
    """
    client = await get_client(ctx)
    provider, settings = await _get_provider(ctx, body.provider)
    acs_url = _choose_acs_url(settings, body.acs_url)
    to = await _choose_way(ctx, provider, settings, body.binding)
    subject = await get_subject(ctx, PURPOSE)
    random, relay_state = new_random(), body.relay_state or new_secret()
    opened = open_challenge(
        ctx,
        purpose=PURPOSE,
        subject=subject,
        session_id=session_of(ctx),
        client_id=client.id,
        life=_LIFE,
        code=random,
        data=encode(Asked(provider.id, acs_url, relay_state)),
    )
    request = AuthnRequest(
        id=request_id_of(opened.id, random),
        issued_at=ctx.clock.now(),
        destination=to.url,
        issuer=settings.service_entity_id,
        acs_url=acs_url,
    )
    url, field = await asyncio.to_thread(to.carry, request, relay_state)
    return SentRequest(
        url=url, saml_request=field, relay_state=relay_state, request_id=request.id, expires_at=moment(opened.expires_at)
    )


async def _get_provider(ctx: Context, alias: str) -> tuple[Provider, SamlSettings]:
    found = await providers.find_by_alias(ctx.tx, alias)
    if found is None or not found.is_enabled or not isinstance(found.settings, SamlSettings):
        raise named_in_body_unknown("provider", "identity provider")
    return found, found.settings


def _choose_acs_url(settings: SamlSettings, wanted: str | None) -> str:
    if not settings.acs_urls:
        raise StateForbids("The identity provider's row has no URL that answers may be sent to.")
    if wanted is not None and wanted not in settings.acs_urls:
        raise malformed("acsUrl", "one of the identity provider's `acsUrls` is expected")
    return wanted or settings.acs_urls[0]


async def _choose_way(ctx: Context, provider: Provider, settings: SamlSettings, wanted: Binding | None) -> _To:
    binding: Binding = wanted or ("REDIRECT" if settings.redirect_url is not None else "POST")
    url = settings.redirect_url if binding == "REDIRECT" else settings.post_url
    if url is None:
        raise StateForbids(f"The identity provider takes no requests by the binding {binding}.")
    key_pem = await providers.find_secret(ctx.tx, provider, ctx.part(MasterKey)) if settings.signs_requests else None
    if settings.signs_requests and key_pem is None:
        raise StateForbids("The identity provider's row has no key to sign requests with.")
    return _To(binding, url, key_pem, settings.service_certificate)
