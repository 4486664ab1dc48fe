"""From a code or an ID token to the account that it proves."""

from dataclasses import dataclass
from typing import Final

from authme.federation.claims import Said
from authme.federation.code_exchange import Tokens, exchange
from authme.federation.id_token import OLDEST, SKEW, check_id_token
from authme.federation.metadata import TENANT, Metadata
from authme.federation.model import Account, Code, NotAccepted
from authme.federation.openid_providers import OpenIdProviders
from authme.federation.user_info import ask_user_info
from authme.providers.model import OidcSettings

_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Given:
    """What a caller brings: a code, or an ID token as text, and what came with it."""

    by: Code | str
    nonce: str
    issuer_named: str | None = None
    """`iss` of the provider's answer (RFC 9207)."""
    has_state: bool = False
    """Whether the state of the answer came along, and so the whole answer."""


async def prove_account(providers: OpenIdProviders, settings: OidcSettings, secret: str | None, given: Given) -> Account:
    """Return the account that is proved; raise NotAccepted or Unavailable.

    Asks the provider, so that nothing may have been written yet. That an ID token is good once is the caller's.
    """
    metadata = await providers.discover(settings)
    check_issuer_named(settings, metadata, given)
    if isinstance(given.by, Code):
        tokens = await exchange(providers, settings, secret, metadata, given.by)
    else:
        tokens = Tokens(given.by, None)
    token = await providers.verify(metadata, tokens.id_token)
    now = providers.clock.now()
    issuer = check_id_token(token, settings, metadata, nonce=given.nonce, access_token=tokens.access_token, now=now)
    subject: str = token.claims["sub"]
    said = Said(settings, token.claims)
    if tokens.access_token is not None and said.lacks_claims():
        said.add(await ask_user_info(providers, metadata, tokens.access_token, subject=subject))
    last = min(token.claims["exp"] + SKEW, token.claims["iat"] + OLDEST + SKEW)
    return Account(
        issuer=issuer,
        subject=subject,
        fingerprint=token.fingerprint,
        good_until=int(last + 1) * _MS,
        document=said.document(),
        email=said.email(),
        person_name=said.person_name(),
        groups=said.groups(),
    )


def check_issuer_named(settings: OidcSettings, metadata: Metadata, given: Given) -> None:
    """Check the issuer that came with a code, before the code goes anywhere (RFC 9207 section 2.4).

    Without this, whoever can make an application ask two providers gets the code of the one sent to the other.
    """
    said = given.issuer_named
    names_itself = metadata.authorization_response_iss_parameter_supported and isinstance(given.by, Code)
    if said is None and given.has_state and names_itself:
        raise NotAccepted("iss is missing, and the provider names itself with each code")
    of_tenants = {metadata.issuer.replace(TENANT, tenant) for tenant in settings.tenants}
    if said is not None and said not in {settings.issuer, *of_tenants}:
        raise NotAccepted("iss is not the provider's issuer")
