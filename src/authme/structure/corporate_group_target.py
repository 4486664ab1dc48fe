"""The corporate group that an operation is about."""

from sqlalchemy import BindParameter, bindparam, exists, select

from authme.customers.tables import customer
from authme.groups.tables import access_group
from authme.kernel.context import Context
from authme.kernel.database import Statement
from authme.kernel.errors import NotFound, malformed, named_in_body_unknown
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


async def hold_named(ctx: Context, corporate_group_id: str, *, for_organization: str | None) -> CorporateGroup:
    """Return the corporate group that a body names, held, which has to be of this organisation.

    Raises FieldsRefused: (107) for one that is not there for the caller, else (102) for one of another organisation.
    """
    try:
        group = await CORPORATE_GROUP.hold(ctx, corporate_group_id)
    except NotFound as error:
        raise named_in_body_unknown("corporateGroupId", "corporate group") from error
    if group.organization_id != for_organization:
        raise malformed("corporateGroupId", "a corporate group of the business's organisation is expected")
    return group
