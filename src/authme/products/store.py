"""Product accesses and cancelled orders at rest."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from authme.credentials.tables import credential
from authme.kernel.database import Reader, Row, Statement, Transaction, insert_or_ignore
from authme.products.model import EVERY_ORGANIZATION, ProductAccess
from authme.products.tables import cancelled_order, product_access
from authme.users.tables import user_account

_BATCH = 1000
_access = product_access.c
_INSERT = Statement(insert(product_access).values({name: bindparam(name) for name in ProductAccess.__struct_fields__}))


def _cancelled(order: Any, organization: Any) -> Any:
    """Return the search for the cancelling of an order in an organisation, or in every one."""
    here = or_(
        cancelled_order.c.organization_id == organization,
        cancelled_order.c.organization_id == EVERY_ORGANIZATION,
    )
    return select(cancelled_order.c.order_id).where(and_(cancelled_order.c.order_id == order, here))


_FIND = Statement(
    select(
        product_access,
        user_account.c.status,
        user_account.c.business_id.label("business_today"),
        credential.c.changed_at.label("password_changed_at"),
    )
    .join_from(product_access, user_account, user_account.c.id == _access.user_id)
    .join(credential, credential.c.user_id == _access.user_id, isouter=True)
    .where(and_(_access.token_hash == bindparam("hash"), ~_cancelled(_access.order_id, _access.organization_id).exists()))
)
_CANCEL = Statement(insert_or_ignore(cancelled_order, {column.name: bindparam(column.name) for column in cancelled_order.c}))
_IS_CANCELLED = Statement(_cancelled(bindparam("order"), bindparam("organization")).limit(1))
_COUNT = Statement(
    select(func.count())
    .select_from(product_access)
    .where(
        and_(
            _access.order_id == bindparam("order"),
            _access.user_id == bindparam("of_user"),
            _access.expires_at > bindparam("now"),
        )
    )
)
_DELETE_OF_USER = Statement(delete(product_access).where(_access.user_id == bindparam("of_user")))
_batch = select(_access.id).where(_access.expires_at <= bindparam("now")).order_by(_access.expires_at).limit(_BATCH)
_SWEEP = Statement(delete(product_access).where(_access.id.in_(_batch)))


@dataclass(frozen=True, slots=True)
class FoundAccess:
    """A product access of an order that is not cancelled, and whether its user stands behind it today."""

    access: ProductAccess
    is_of_user_today: bool


def insert_access(tx: Transaction, made: ProductAccess) -> None:
    """Insert the access with the unit of work."""
    values = msgspec.structs.asdict(made) | {"is_external_order": int(made.is_external_order)}
    tx.defer(_INSERT, **values)


async def find(reader: Reader, token_hash: bytes) -> FoundAccess | None:
    """Return the access with this hash, unless its order is cancelled, by one look-up."""
    row = await reader.one(_FIND, hash=token_hash)
    return _found(row) if row else None


async def count_live(reader: Reader, order_id: str, user_id: str, *, now: int) -> int:
    """Return how many tokens for the order the user has that are not over."""
    row = await reader.one(_COUNT, order=order_id, of_user=user_id, now=now)
    return int(row[0]) if row else 0


async def cancel(tx: Transaction, order_id: str, organization_id: str, *, now: int) -> bool:
    """Note that the order is cancelled, in one organisation or in every one; False if it was noted before."""
    return await tx.run(_CANCEL, order_id=order_id, organization_id=organization_id, cancelled_at=now) == 1


async def is_cancelled(reader: Reader, order_id: str, organization_id: str) -> bool:
    """Whether the order is cancelled in this organisation."""
    return await reader.one(_IS_CANCELLED, order=order_id, organization=organization_id) is not None


async def delete_of_user(tx: Transaction, user_id: str) -> None:
    """Delete every access of the user."""
    await tx.run(_DELETE_OF_USER, of_user=user_id)


async def sweep(tx: Transaction, *, now: int) -> int:
    """Delete a batch of accesses that are over; return how many."""
    return await tx.run(_SWEEP, now=now)


def _found(row: Row) -> FoundAccess:
    values = {name: row[name] for name in ProductAccess.__struct_fields__}
    access = ProductAccess(**values | {"is_external_order": bool(row["is_external_order"])})
    is_of_user = (
        row["status"] == "ACTIVE"
        and access.business_id in {None, row["business_today"]}
        # A new password ends what the old one began, as it does for remembered devices.
        and access.created_at >= (row["password_changed_at"] or 0)
    )
    return FoundAccess(access, is_of_user)
