"""What a server's database is given of organisations, groups and roles."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from authme.groups import dependency_store, group_role_store, member_store, role_store
from authme.groups import store as groups
from authme.groups.held import announce_all
from authme.groups.member_store import MemberType
from authme.groups.model import Group, Role
from authme.kernel.context import Context
from authme.kernel.ids import new_id
from authme.organizations import store as organizations
from authme.organizations.model import (
    Application,
    Business,
    BusinessUnit,
    CorporateGroup,
    Organization,
    ServiceAccount,
)

Result = TypeVar("Result")
_numbers = itertools.count(1)
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def cnpj(number: int | None = None) -> str:
    """Return a CNPJ with right check digits, another one at each call without `number`."""
    digits = f"{next(_numbers) if number is None else number:08d}0001"
    for _ in range(2):
        weights = _WEIGHTS[-len(digits) :]
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        digits += str(0 if rest < 2 else 11 - rest)
    return digits


class GivenAccess:
    """Makes rows as the operator; each returns the id."""

    async def run(self, use_case: Callable[[Context], Awaitable[Result]]) -> Result:
        raise NotImplementedError

    async def _insert(self, insert: Callable[..., Awaitable[None]], kind: type[Any], **values: Any) -> str:
        async def work(ctx: Context) -> str:
            now = ctx.clock.now_ms()
            made = {"id": new_id(ctx.clock), "updated_at": now, "created_at": now} | values
            await insert(ctx.tx, kind(**{name: made.get(name) for name in kind.__struct_fields__}))
            announce_all(ctx)
            return str(made["id"])

        return await self.run(work)

    async def organization(self, name: str = "Organisation") -> str:
        return await self._insert(organizations.insert_organization, Organization, name=name)

    async def business_unit(self, organization_id: str, name: str = "Unit") -> str:
        return await self._insert(organizations.insert_business_unit, BusinessUnit, name=name, organization_id=organization_id)

    async def registered_application(self, organization_id: str, **values: Any) -> str:
        values = {"name": "Application", "organization_id": organization_id} | values
        return await self._insert(organizations.insert_application, Application, **values)

    async def service_account(self, organization_id: str | None = None, **values: Any) -> str:
        values = {"name": "Service", "organization_id": organization_id} | values
        return await self._insert(organizations.insert_service_account, ServiceAccount, **values)

    async def business(self, organization_id: str | None = None, **values: Any) -> str:
        values = {"name": "Business", "organization_id": organization_id, "document": cnpj()} | values
        return await self._insert(organizations.insert_business, Business, **values)

    async def corporate_group(self, organization_id: str | None = None, **values: Any) -> str:
        values = {"name": "Corporate group", "organization_id": organization_id} | values
        return await self._insert(organizations.insert_corporate_group, CorporateGroup, **values)

    async def role(self, name: str | None = None, organization_id: str | None = None) -> str:
        name = name or f"R{next(_numbers)}"

        async def work(ctx: Context) -> str:
            made = Role(name=name, organization_id=organization_id, description=None, created_at=ctx.clock.now_ms())
            await role_store.insert_role(ctx.tx, made)
            return name

        return await self.run(work)

    async def group(self, *roles: str, depends_on: tuple[str, ...] = (), **place: Any) -> str:
        """Return a group that carries these registered roles and depends on these groups."""
        group_id = await self._insert(groups.insert_group, Group, **({"name": "Group"} | place))

        async def work(ctx: Context) -> None:
            for role in roles:
                await group_role_store.insert_group_role(ctx.tx, group_id, role, now=ctx.clock.now_ms())
            for other in depends_on:
                await dependency_store.insert_dependency(ctx.tx, group_id, other, now=ctx.clock.now_ms())
            announce_all(ctx)

        await self.run(work)
        return group_id

    async def member(self, group_id: str, kind: MemberType, member_id: str) -> None:
        async def work(ctx: Context) -> None:
            await member_store.insert_members(ctx.tx, group_id, kind, [member_id], now=ctx.clock.now_ms())
            announce_all(ctx)

        await self.run(work)
