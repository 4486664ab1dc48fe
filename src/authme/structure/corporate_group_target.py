"""The corporate group that an operation is about."""

from authme.organizations import store
from authme.organizations.model import CorporateGroup
from authme.structure import hanging
from authme.structure.noun import Noun

CORPORATE_GROUP: Noun[CorporateGroup] = Noun(
    "corporate_group",
    store.find_corporate_group,
    store.hold_corporate_group,
    store.delete_corporate_group,
    store.list_corporate_groups,
    *hanging.OF_CORPORATE_GROUP,
)
"""Held before the businesses in it are, and those in the order of their ids."""
