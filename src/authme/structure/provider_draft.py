"""What a request makes of an identity provider: its settings, checked, and its secret."""

import asyncio
from dataclasses import dataclass

from authme.kernel.context import Context
from authme.kernel.errors import ErrorItem, FieldsRefused, field_malformed, field_missing
from authme.providers.model import OidcSettings, Provider, ProviderKind, SamlSettings
from authme.structure import provider_oidc, provider_saml
from authme.structure.provider_wire import ChangeIdentityProviderRequest


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings that are in order, and a secret."""

    settings: OidcSettings | SamlSettings
    secret: str | None
    """None: there is none."""
    keeps_secret: bool = False
    """Whether the secret stays what it is."""


async def read_draft(
    ctx: Context, kind: ProviderKind, body: ChangeIdentityProviderRequest, was: Provider | None = None
) -> Draft:
    """Return what a body says; raise FieldsRefused naming every field that is not in order.

    Asks the network for metadata, and makes a key for a new SAML provider or checks a client's, in a thread: before the first
    write.
    """
    settings = was.settings if was is not None else None
    if kind == "OIDC" and body.oidc is not None and body.saml is None:
        assert not isinstance(settings, SamlSettings)
        return Draft(*await asyncio.to_thread(provider_oidc.read, ctx, body.oidc, settings))
    if kind == "SAML" and body.saml is not None and body.oidc is None:
        assert not isinstance(settings, OidcSettings)
        return Draft(*await provider_saml.read(ctx, body.alias, body.saml, settings))
    raise FieldsRefused(_of_other_kind(kind, body))


def _of_other_kind(kind: ProviderKind, body: ChangeIdentityProviderRequest) -> list[ErrorItem]:
    given = {"oidc": body.oidc, "saml": body.saml}
    own = kind.lower()
    items = [field_missing(own)] if given[own] is None else []
    others = [name for name, value in given.items() if name != own and value is not None]
    return items + [field_malformed(name, f"nothing is expected for a provider of the kind {kind}") for name in others]
