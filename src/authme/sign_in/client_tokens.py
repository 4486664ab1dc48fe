"""Tokens that speak for a client alone."""

from authme.audit import record
from authme.clients.model import Client
from authme.groups.held import HeldRoles
from authme.kernel.context import CLIENT_BASIC, Context
from authme.tokens.mint import mint
from authme.tokens.model import TokenObject


async def issue(ctx: Context, client: Client, *, method: str, refresh_token: str | None = None) -> TokenObject:
    """Return a token that speaks for the client alone, and record the login."""
    record(ctx, "client.login", client.id, client_id=client.id, method=method)
    return await sign(ctx, client, refresh_token)


async def sign(ctx: Context, client: Client, refresh_token: str | None = None) -> TokenObject:
    """Return a token that speaks for the client alone, and write nothing."""
    return await mint(
        ctx,
        client.token_profile,
        subject=client.id,
        scope=client.scopes,
        atoms=client.atoms(CLIENT_BASIC) | await ctx.part(HeldRoles).of_service(ctx.tx, client.service_account_id),
        refresh_token=refresh_token,
        app_id=client.app_id,
        service_id=client.service_account_id,
        business_unit_id=client.business_unit_id,
        organization_id=client.organization_id,
        logon=client.logon,
    )
