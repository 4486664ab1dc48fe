"""Product accesses. Times are epoch milliseconds."""

from typing import Literal

import msgspec

BillingType = Literal["EXPEND", "PREPAID", "POSTPAID", "FREE"]
EVERY_ORGANIZATION = "*"
"""Where an order is cancelled by whoever reaches everything."""


class ProductAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What one opaque token lets its user use. The order, product and price are the shop's own words."""

    id: str
    token_hash: bytes
    order_id: str
    is_external_order: bool
    product_id: str
    product_alias: str | None
    sku: str
    billing_type: BillingType
    show_case_id: str | None
    sku_price_hash_code: str | None
    user_id: str
    business_id: str | None
    """The business that the user was at when the token was issued."""
    client_id: str
    organization_id: str
    """Of the user, else of the client; "" for none."""
    created_at: int
    expires_at: int
