"""The business that an operation is about."""

from sqlalchemy import BindParameter, and_, bindparam, exists, select

from authme.clients.tables import client
from authme.customers.tables import customer
from authme.groups.tables import access_group
from authme.kernel.database import Statement
from authme.organizations import store
from authme.organizations.model import Business
from authme.organizations.tables import service_account
from authme.structure.noun import Noun
from authme.users.tables import user_account

_sought: BindParameter[str] = bindparam("sought")
_HANGING = {
    "users": exists().where(user_account.c.business_id == _sought),
    "groups": exists().where(access_group.c.business_id == _sought),
    "service accounts": exists().where(service_account.c.business_id == _sought),
    "clients": exists().where(and_(client.c.business_id == _sought, client.c.status != "REMOVED")),
    "customers": exists().where(customer.c.business_id == _sought),
}
BUSINESS: Noun[Business] = Noun(
    "business",
    store.find_business,
    store.hold_business,
    store.delete_business,
    store.list_businesses,
    Statement(select(*(there.label(name) for name, there in _HANGING.items()))),
    tuple(_HANGING),
)
