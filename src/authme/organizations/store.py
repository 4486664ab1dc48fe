"""Organisations and what stands in them, at rest: one store, made for each table."""

from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Table, bindparam, delete, insert, select, update

from authme.kernel.database import Reader, Row, Statement, Transaction
from authme.organizations import tables
from authme.organizations.model import Application, Business, BusinessUnit, CorporateGroup, Organization, ServiceAccount
from authme.relation import Reach

StoredType = TypeVar("StoredType", bound=msgspec.Struct)
_UNCHANGED = ("id", "organization_id", "created_at")


class _Store(Generic[StoredType]):
    """Rows of one table as structs with the same fields."""

    def __init__(self, table: Table, kind: type[StoredType], *, in_organization: str = "organization_id") -> None:
        columns = table.c
        self._kind = kind
        self._fields = [column.name for column in columns]
        self._insert = Statement(insert(table).values({name: bindparam(name) for name in self._fields}))
        self._find = Statement(select(table).where(columns.id == bindparam("sought")))
        # What cannot be seen from outside changes: the row is taken until the unit of work is over.
        self._hold = Statement(update(table).where(columns.id == bindparam("sought")).values(updated_at=columns.updated_at))
        changed = [name for name in self._fields if name not in _UNCHANGED]
        self._change = Statement(
            update(table).where(columns.id == bindparam("sought")).values({name: bindparam(f"to_{name}") for name in changed})
        )
        self._delete = Statement(delete(table).where(columns.id == bindparam("sought")))
        page = select(table).where(columns.id > bindparam("after")).order_by(columns.id).limit(bindparam("at_most"))
        self._list = {
            "EVERYWHERE": Statement(page),
            "ORGANIZATION": Statement(page.where(columns[in_organization] == bindparam("reached"))),
        }
        self._changed = changed

    def of(self, row: Row) -> StoredType:
        """Return the struct of a row."""
        return self._kind(**{name: row[name] for name in self._fields})

    async def insert(self, tx: Transaction, made: StoredType) -> None:
        """Insert the row; raises UniqueViolation."""
        await tx.run(self._insert, **msgspec.structs.asdict(made))

    async def find(self, reader: Reader, sought: str) -> StoredType | None:
        """Return the one with this id."""
        row = await reader.one(self._find, sought=sought)
        return self.of(row) if row else None

    async def hold(self, tx: Transaction, sought: str) -> bool:
        """Let nobody else change or delete it until the unit of work is over; False if it is not there."""
        return await tx.run(self._hold, sought=sought) == 1

    async def change(self, tx: Transaction, becomes: StoredType) -> None:
        """Write everything but id, organisation and birth of one that is held; raises UniqueViolation."""
        values = {f"to_{name}": getattr(becomes, name) for name in self._changed}
        await tx.run(self._change, sought=becomes.id, **values)  # type: ignore[attr-defined]  # every struct here has one

    async def delete(self, tx: Transaction, sought: str) -> bool:
        """Delete one on which nothing hangs."""
        return await tx.run(self._delete, sought=sought) == 1

    async def list(self, reader: Reader, reach: Reach, *, after: str, limit: int) -> list[StoredType]:
        """Return up to `limit` of those that are reached, with an id greater than `after`, in the order of their ids.

        An administrator's reach: whoever reaches only a business, or what is their own, lists none of these.
        """
        statement = self._list.get(reach.by)
        if statement is None:
            return []
        reached: dict[str, Any] = {} if reach.by == "EVERYWHERE" else {"reached": reach.id}
        return [self.of(row) for row in await reader.all(statement, after=after, at_most=limit, **reached)]


_organizations = _Store(tables.organization, Organization, in_organization="id")
_units = _Store(tables.business_unit, BusinessUnit)
_applications = _Store(tables.application, Application)
_services = _Store(tables.service_account, ServiceAccount)
_businesses = _Store(tables.business, Business)
_corporate_groups = _Store(tables.corporate_group, CorporateGroup)

find_organization = _organizations.find
insert_organization = _organizations.insert
hold_organization = _organizations.hold
change_organization = _organizations.change
delete_organization = _organizations.delete
list_organizations = _organizations.list

find_business_unit = _units.find
insert_business_unit = _units.insert
hold_business_unit = _units.hold
change_business_unit = _units.change
delete_business_unit = _units.delete
list_business_units = _units.list

find_application = _applications.find
insert_application = _applications.insert
hold_application = _applications.hold
change_application = _applications.change
delete_application = _applications.delete
list_applications = _applications.list

service_account_of = _services.of
find_service_account = _services.find
insert_service_account = _services.insert
hold_service_account = _services.hold
change_service_account = _services.change
delete_service_account = _services.delete
list_service_accounts = _services.list

business_of = _businesses.of
find_business = _businesses.find
insert_business = _businesses.insert
hold_business = _businesses.hold
change_business = _businesses.change
delete_business = _businesses.delete
list_businesses = _businesses.list

find_corporate_group = _corporate_groups.find
insert_corporate_group = _corporate_groups.insert
hold_corporate_group = _corporate_groups.hold
change_corporate_group = _corporate_groups.change
delete_corporate_group = _corporate_groups.delete
list_corporate_groups = _corporate_groups.list
