"""PA-01: give a user the token of a product of an order."""

from authme.audit import record
from authme.clients.directory import Clients
from authme.clients.model import Client
from authme.crypto.digests import Digester
from authme.crypto.secrets import new_secret
from authme.kernel.context import Context
from authme.kernel.errors import ClientCredentialsWrong, StateForbids, malformed
from authme.kernel.http import Request
from authme.kernel.ids import new_id
from authme.kernel.wire import Answer, Text, Wire
from authme.products import store
from authme.products.accesses import PURPOSE
from authme.products.model import BillingType, ProductAccess
from authme.settings import TokenSettings

_MS = 1000
_REMEMBER_ME = "remember-me"
_MOST_LIVE = 100
"""As many live tokens one user may have for one order."""


class AuthorizeRequest(Wire, frozen=True, kw_only=True):
    """What the token is for, in the shop's own words."""

    order_id: Text
    is_external_order: bool
    product_id: Text
    product_alias: Text | None = None
    sku: Text
    billing_type: BillingType
    show_case_id: Text | None = None
    sku_price_hash_code: Text | None = None


class OpaqueToken(Answer, frozen=True):
    """The token, this once. `expiresIn` as of every token of the client."""

    opaque_token: str
    expires_in: str


async def authorize(ctx: Context, request: Request, body: AuthorizeRequest) -> OpaqueToken:
    """Issue an opaque token bound to the order, the product, the caller, their business and their client.

    It is good for a quarter of an hour, or with `?remember-me=true` for a month: also when the session is over by then, but
    not past a new password. Raises StateForbids (409) for a cancelled order, and for one of which the user has a hundred live
    tokens.
    """
    seconds = _life(ctx, request.query.get(_REMEMBER_ME, "false"))
    client = await ctx.part(Clients).find_active(ctx.tx, ctx.caller.client_id or "")
    if client is None:
        raise ClientCredentialsWrong
    token, now = new_secret(), ctx.clock.now_ms()
    made = _access(ctx, body, token, client, until=now + seconds * _MS)
    if await store.is_cancelled(ctx.tx, made.order_id, made.organization_id):
        raise StateForbids("The order is cancelled.")
    if await store.count_live(ctx.tx, made.order_id, made.user_id, now=now) >= _MOST_LIVE:
        raise StateForbids(f"There are {_MOST_LIVE} live tokens for this order.")
    store.insert_access(ctx.tx, made)
    record(ctx, "product_access.issued", made.id)
    expires_in = client.token_profile.expires_in(made.expires_at // _MS, life=seconds)
    return OpaqueToken(opaque_token=token, expires_in=str(expires_in))


def _life(ctx: Context, remember_me: str) -> int:
    """Return for how many seconds the token is good."""
    settings = ctx.part(TokenSettings)
    if remember_me not in {"true", "false"}:
        raise malformed(_REMEMBER_ME, "true or false is expected")
    return settings.remembered_product_token_seconds if remember_me == "true" else settings.product_token_seconds


def _access(ctx: Context, body: AuthorizeRequest, token: str, client: Client, *, until: int) -> ProductAccess:
    caller = ctx.caller
    return ProductAccess(
        id=new_id(ctx.clock),
        token_hash=ctx.part(Digester).digest(PURPOSE, token),
        order_id=body.order_id,
        is_external_order=body.is_external_order,
        product_id=body.product_id,
        product_alias=body.product_alias,
        sku=body.sku,
        billing_type=body.billing_type,
        show_case_id=body.show_case_id,
        sku_price_hash_code=body.sku_price_hash_code,
        user_id=caller.user_id or "",
        business_id=caller.business_id,
        client_id=client.id,
        organization_id=caller.organization_id or client.organization_id or "",
        created_at=ctx.clock.now_ms(),
        expires_at=until,
    )
