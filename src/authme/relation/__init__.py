"""Relation: what a caller reaches beyond what it proved.

Owns the one rule of who sees and changes what stands where, of which offices stand above which, and of what may be handed on.
Knows no feature's tables: a feature says where its object stands.
"""

from authme.relation.hand_on import check_may_hand_on, holds
from authme.relation.names import (
    ACTING,
    ADMIN,
    ADMINISTRATIVE,
    BUILT_IN,
    BUSINESS,
    BUSINESS_OFFICES,
    KINDS,
    MAINTENANCE,
    OFFICES,
    PERSON,
)
from authme.relation.reach import Place, Reach, check_reaches, reach_of, reaches

__all__ = [
    "ACTING",
    "ADMIN",
    "ADMINISTRATIVE",
    "BUILT_IN",
    "BUSINESS",
    "BUSINESS_OFFICES",
    "KINDS",
    "MAINTENANCE",
    "OFFICES",
    "PERSON",
    "Place",
    "Reach",
    "check_may_hand_on",
    "check_reaches",
    "holds",
    "reach_of",
    "reaches",
]
