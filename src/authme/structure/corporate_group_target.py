"""The corporate group that an operation is about."""

from sqlalchemy import BindParameter, bindparam, exists, select

from authme.customers.tables import customer
from authme.groups.tables import access_group
from authme.kernel.database import Statement
from authme.organizations import store
from authme.organizations.model import CorporateGroup
from authme.structure.noun import Noun

_sought: BindParameter[str] = bindparam("sought")
_HANGING = {
    "groups": exists().where(access_group.c.corporate_group_id == _sought),
    "customers": exists().where(customer.c.corporate_group_id == _sought),
}
CORPORATE_GROUP: Noun[CorporateGroup] = Noun(
    "corporate_group",
    store.find_corporate_group,
    store.hold_corporate_group,
    store.delete_corporate_group,
    store.list_corporate_groups,
    Statement(select(*(there.label(name) for name, there in _HANGING.items()))),
    tuple(_HANGING),
)
"""Held before the businesses in it are, and those in the order of their ids."""
