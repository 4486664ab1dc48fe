"""X-saml-metadata: this server as a service provider, for the administrator of an identity provider."""

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Reply
from authme.providers import store as providers
from authme.providers.model import SamlSettings
from authme.saml.metadata_published import MEDIA_TYPE, service_metadata


async def show_saml_metadata(ctx: Context, alias: str) -> Reply:
    """The SAML metadata for the identity provider with this alias: entity id, certificate, where responses are taken.

    There is none of a provider that is not enabled.
    """
    found = await providers.find_by_alias(ctx.tx, alias)
    if found is None or not found.is_enabled or not isinstance(found.settings, SamlSettings):
        raise NotFound
    return Reply(service_metadata(found.settings), MEDIA_TYPE)
