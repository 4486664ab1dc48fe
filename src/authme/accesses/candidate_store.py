"""Whoever is to become a member, at rest: taken together, however many, so that none is removed meanwhile."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from authme.kernel.database import Statement, Transaction, contained_in
from authme.organizations.model import ServiceAccount
from authme.organizations.store import service_account_of
from authme.organizations.tables import service_account
from authme.users.model import User
from authme.users.store import user_of
from authme.users.tables import user_account

# Shared: units that add the same users to several groups do not wait for each other, but for whoever removes a user. In one
# order for everybody, so that no two wait for each other.
_USERS = Statement(
    select(user_account)
    .where(and_(contained_in(user_account.c.id, "ids"), user_account.c.status != "REMOVED"))
    .order_by(user_account.c.id)
    .with_for_update(read=True)
)
_SERVICES = Statement(
    select(service_account)
    .where(contained_in(service_account.c.id, "ids"))
    .order_by(service_account.c.id)
    .with_for_update(read=True)
)


async def keep_users(tx: Transaction, ids: Sequence[str]) -> list[User]:
    """Return those that exist; nobody removes or moves them until the unit is over. To be called after its first write."""
    return [user_of(row) for row in await tx.all(_USERS, ids=list(ids))]


async def keep_services(tx: Transaction, ids: Sequence[str]) -> list[ServiceAccount]:
    """Return those that exist; nobody removes or moves them until the unit is over. To be called after its first write."""
    return [service_account_of(row) for row in await tx.all(_SERVICES, ids=list(ids))]
