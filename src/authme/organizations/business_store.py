"""Several businesses at once, and in which corporate group they are, at rest."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from authme.kernel.database import Reader, Statement, Transaction, contained_in
from authme.organizations.model import Business
from authme.organizations.store import business_of
from authme.organizations.tables import business

_FIND_MANY = select(business).where(contained_in(business.c.id, "ids")).order_by(business.c.id)
_FIND_ALL = Statement(_FIND_MANY)
_HOLD_ALL = Statement(_FIND_MANY.with_for_update())
_BY_DOCUMENT = Statement(select(business).where(business.c.document == bindparam("of_document")))
_BRING = Statement(
    update(business)
    .where(contained_in(business.c.id, "ids"))
    .values(corporate_group_id=bindparam("becomes"), updated_at=bindparam("now"))
)
_IN_CORPORATE_GROUPS = Statement(
    select(business.c.corporate_group_id, business.c.id)
    .where(contained_in(business.c.corporate_group_id, "corporate_groups"))
    .order_by(business.c.corporate_group_id, business.c.id)
)


async def find_businesses(reader: Reader, ids: Sequence[str]) -> list[Business]:
    """Return those of these businesses that exist."""
    return [business_of(row) for row in await reader.all(_FIND_ALL, ids=list(ids))]


async def find_by_document(reader: Reader, document: str) -> Business | None:
    """Return the business with this bare CNPJ."""
    row = await reader.one(_BY_DOCUMENT, of_document=document)
    return business_of(row) if row else None


async def hold_businesses(tx: Transaction, ids: Sequence[str]) -> list[Business]:
    """Return those that exist, which nobody else changes until the unit of work is over; to be called after its first write.

    They are taken in the order of their ids, so that two units that want the same do not wait for each other.
    """
    return [business_of(row) for row in await tx.all(_HOLD_ALL, ids=list(ids))]


async def bring(tx: Transaction, ids: Sequence[str], *, to: str | None, now: int) -> None:
    """Bring businesses that are held to a corporate group, or out of theirs."""
    await tx.run(_BRING, ids=list(ids), becomes=to, now=now)


async def list_in_corporate_groups(reader: Reader, corporate_group_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the businesses that are in each of these corporate groups."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in await reader.all(_IN_CORPORATE_GROUPS, corporate_groups=list(corporate_group_ids)):
        found[row["corporate_group_id"]].append(row["id"])
    return {one: tuple(found[one]) for one in corporate_group_ids}
