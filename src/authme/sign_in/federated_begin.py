"""X-begin-federated: have somebody prove who they are at an OpenID provider."""

from datetime import datetime, timedelta
from typing import Final

from authme.challenges import open_challenge
from authme.crypto.secrets import new_secret
from authme.federation.authorization import authorization_url
from authme.federation.model import NotAccepted
from authme.federation.openid_providers import OpenIdProviders
from authme.kernel.context import Context
from authme.kernel.errors import ProofNotAccepted, malformed, named_in_body_unknown
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Text, Wire
from authme.providers import store
from authme.providers.model import OidcSettings, Provider
from authme.sign_in.caller import get_client
from authme.sign_in.federated_asked import PURPOSE, Asked, encode
from authme.sign_in.waiting import get_subject, session_of
from authme.structure.provider_wire import Alias, Url

_LIFE: Final = timedelta(minutes=10)


class FederatedAuthorizationRequest(Wire, frozen=True):
    """At which provider, and where its answer goes; `loginHint` is whom the person says to be."""

    provider: Alias
    redirect_uri: Url
    login_hint: Text | None = None


class FederatedAuthorization(Answer, frozen=True):
    """Where to send the person, and what to bring with the answer (UI-42)."""

    authorization_url: str
    state: str
    nonce: str
    code_verifier: str
    expires_at: datetime


async def begin_federated(ctx: Context, body: FederatedAuthorizationRequest) -> FederatedAuthorization:
    """Return an authorization request to the provider: good once, for ten minutes, and for this client.

    Asked for with the bearer token of a session it is good in that session alone (to link an account), without one for a login
    alone. An application that keeps `state` in the person's browser and compares it knows that the answer is theirs. Raises
    (107) for an unknown provider, Unavailable while the provider is not to be reached, and TooManyTries when as many wait to
    be answered for one network, or one person, as failures are taken from a network.
    """
    client = await get_client(ctx)
    provider, settings = await get_openid_provider(ctx, body.provider)
    if body.redirect_uri not in settings.redirect_uris:
        raise malformed("redirectUri", "one of the identity provider's `redirectUris` is expected")
    subject = await get_subject(ctx, PURPOSE)
    try:
        metadata = await ctx.part(OpenIdProviders).discover(settings)
    except NotAccepted as error:
        raise ProofNotAccepted(f"The provider is not accepted: {error}.") from error
    secret, nonce, code_verifier = new_secret(), new_secret(), new_secret()
    opened = open_challenge(
        ctx,
        purpose=PURPOSE,
        subject=subject,
        session_id=session_of(ctx),
        client_id=client.id,
        life=_LIFE,
        code=secret,
        data=encode(Asked(provider.id, body.redirect_uri, nonce)),
    )
    state = f"{opened.id}.{secret}"
    url = authorization_url(
        settings,
        metadata,
        redirect_uri=body.redirect_uri,
        state=state,
        nonce=nonce,
        code_verifier=code_verifier,
        login_hint=body.login_hint,
    )
    return FederatedAuthorization(
        authorization_url=url, state=state, nonce=nonce, code_verifier=code_verifier, expires_at=moment(opened.expires_at)
    )


async def get_openid_provider(ctx: Context, alias: str) -> tuple[Provider, OidcSettings]:
    """Return the OpenID provider that is called so; raise (107) if there is none that is enabled."""
    found = await store.find_by_alias(ctx.tx, alias)
    if found is None or not found.is_enabled or not isinstance(found.settings, OidcSettings):
        raise named_in_body_unknown("provider", "identity provider")
    return found, found.settings
