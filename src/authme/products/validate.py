"""PA-02: ask what an opaque token gives access to."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from authme.kernel.context import THIRD_PARTY, Context
from authme.kernel.times import moment
from authme.kernel.wire import SparseAnswer, Wire
from authme.products.accesses import ProductAccesses
from authme.products.model import BillingType

_Presented = Annotated[str, Meta(max_length=16384, description="a text of up to 16384 characters")]


class ValidateRequest(Wire, frozen=True):
    """What was presented as a token: whatever its form, it is active or it is not."""

    opaque_token: _Presented


class Validity(SparseAnswer, frozen=True):
    """What an active token gives access to; of any other only that it is not active."""

    active: bool
    order_id: str | None = None
    product_id: str | None = None
    sku: str | None = None
    billing_type: BillingType | None = None
    user_id: str | None = None
    business_id: str | None = None
    client_id: str | None = None
    expires_at: datetime | None = None


_INACTIVE = Validity(active=False)


async def validate(ctx: Context, body: ValidateRequest) -> Validity:
    """Say what the token gives access to.

    A token that was cut short, altered, is over or of another server is inactive, and so is one of another organisation than
    the asking client's, if both belong to one.
    """
    access = await ctx.part(ProductAccesses).find_active(ctx.tx, body.opaque_token)
    if access is None:
        return _INACTIVE
    asking, of_token = ctx.caller.organization_id or "", access.organization_id
    # Anybody makes a third party's client: one of no organisation is not everybody's.
    if asking != of_token and ((asking and of_token) or ctx.caller.has(THIRD_PARTY)):
        return _INACTIVE
    return Validity(
        active=True,
        order_id=access.order_id,
        product_id=access.product_id,
        sku=access.sku,
        billing_type=access.billing_type,
        user_id=access.user_id,
        business_id=access.business_id,
        client_id=access.client_id,
        expires_at=moment(access.expires_at),
    )
