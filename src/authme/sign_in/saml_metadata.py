"""X-saml-metadata: this server as a service provider, for the administrator of an identity provider."""

import re
from typing import Final

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Reply
from authme.providers import store as providers
from authme.providers.model import SamlSettings
from authme.saml.metadata_published import MEDIA_TYPE, service_metadata

_ALIAS: Final = re.compile(r"[a-z0-9-]{1,63}")


async def show_saml_metadata(ctx: Context, alias: str) -> Reply:
    """The SAML metadata for the identity provider with this alias: entity id, certificate, where responses are taken.

    There is none of a provider that is not enabled.
    """
    # No alias has another form, so nothing can be there.
    found = await providers.find_by_alias(ctx.tx, alias) if _ALIAS.fullmatch(alias) else None
    if found is None or not found.is_enabled or not isinstance(found.settings, SamlSettings):
        raise NotFound
    return Reply(service_metadata(found.settings), MEDIA_TYPE)
