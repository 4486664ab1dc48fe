"""Find identity providers."""

from authme.kernel.context import Context
from authme.kernel.errors import NotFound
from authme.kernel.http import Request
from authme.providers import store
from authme.providers.model import Provider
from authme.relation import check_reaches
from authme.structure.provider_target import IDENTITY_PROVIDER
from authme.structure.provider_wire import IdentityProviderAnswer, IdentityProviderPage, shown


async def show(ctx: Context, identity_provider_id: str) -> IdentityProviderAnswer:
    """Return an identity provider, without its secrets."""
    return shown(await IDENTITY_PROVIDER.get(ctx, identity_provider_id))


async def list_page(ctx: Context, request: Request) -> IdentityProviderPage:
    """Return a page of the identity providers that the caller reaches, the oldest first."""
    found, cursor = await IDENTITY_PROVIDER.list_page(ctx, request)
    return IdentityProviderPage(items=tuple(map(shown, found)), next_cursor=cursor)


async def get_by_alias(ctx: Context, alias: str) -> Provider:
    """Return the identity provider that is called so; raise NotFound for one that is not there for the caller."""
    found = await store.find_by_alias(ctx.tx, alias)
    if found is None:
        raise NotFound
    check_reaches(ctx.caller, found.place)
    return found
