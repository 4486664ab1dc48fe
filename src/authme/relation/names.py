"""The names of kinds and offices (contract section 2)."""

from authme.kernel.context import CLIENT_LADDER, FIRST_PARTY, SMART, THIRD_PARTY, USER_LADDER

ADMIN = "ADMIN"
MAINTENANCE = "IAM_ADMIN_MAINTENANCE"
PERSON = "PERSON"
BUSINESS = "BUSINESS"
BUSINESS_OWNER = "BUSINESSOWNER"
BUSINESS_ADMIN = "BUSINESSADMIN"

ADMINISTRATIVE = frozenset({ADMIN, MAINTENANCE})
BUSINESS_OFFICES = frozenset({BUSINESS_OWNER, BUSINESS_ADMIN})
OFFICES = BUSINESS_OFFICES | ADMINISTRATIVE
KINDS = frozenset({"USER", PERSON, BUSINESS, "BUSINESSUSER"})
ACTING = frozenset({BUSINESS, "BUSINESSUSER"})
"""What a person holds by a token that acts for their business."""
BUILT_IN = frozenset({*CLIENT_LADDER, FIRST_PARTY, THIRD_PARTY, *USER_LADDER, SMART}) | KINDS | OFFICES
"""Names that no role can have."""
BELOW = {
    MAINTENANCE: BUSINESS_OFFICES,
    ADMIN: BUSINESS_OFFICES,
    BUSINESS_OWNER: frozenset({BUSINESS_ADMIN}),
}
"""Offices that whoever holds the key holds too, when it comes to giving and managing."""
