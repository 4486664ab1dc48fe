"""The key of this server at a SAML identity provider."""

import asyncio

import msgspec

from authme.audit import record
from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.kernel.errors import StateForbids
from authme.providers import store
from authme.providers.model import Provider, SamlSettings
from authme.saml.keys import new_service_key
from authme.structure.provider_change import hold_unchanged
from authme.structure.provider_target import IDENTITY_PROVIDER


async def renew_key(ctx: Context, identity_provider_id: str) -> Provider:
    """Replace the key that signs requests and that assertions are encrypted for; return the provider with its certificate.

    The identity provider has to be given the new metadata: until then it refuses signed requests, and what it encrypts cannot
    be read. Raises StateForbids (409) for a provider that is no SAML one.
    """
    was = await IDENTITY_PROVIDER.get(ctx, identity_provider_id)
    if not isinstance(was.settings, SamlSettings):
        raise StateForbids("Only a SAML provider has a key that is made here.")
    private_key, certificate = await asyncio.to_thread(new_service_key, was.alias, ctx.clock.now())
    await hold_unchanged(ctx, was)
    settings = msgspec.structs.replace(was.settings, service_certificate=certificate)
    becomes = msgspec.structs.replace(was, settings=settings, updated_at=ctx.clock.now_ms())
    await store.change(ctx.tx, becomes)
    await store.set_secret(ctx.tx, becomes.id, private_key, ctx.part(MasterKey))
    record(ctx, "identity_provider.key_renewed", becomes.id)
    return becomes
