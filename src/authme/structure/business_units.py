"""Business units: parts of an organisation."""

from datetime import datetime

import msgspec

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.http import Request
from authme.kernel.ids import new_id
from authme.kernel.times import moment
from authme.kernel.wire import Answer, Id, Title, Wire
from authme.organizations import store
from authme.organizations.model import BusinessUnit
from authme.structure.nouns import BUSINESS_UNIT
from authme.structure.organization_chosen import hold_registered


class CreateBusinessUnitRequest(Wire, frozen=True):
    """A new unit, in the caller's organisation if none is named."""

    name: Title
    organization_id: Id | None = None


class ChangeBusinessUnitRequest(Wire, frozen=True):
    """What a unit becomes. It stays in its organisation."""

    name: Title


class BusinessUnitAnswer(Answer, frozen=True):
    """A business unit."""

    business_unit_id: str
    organization_id: str
    name: str
    created_at: datetime
    updated_at: datetime


class BusinessUnitPage(Answer, frozen=True):
    """A page of business units."""

    items: tuple[BusinessUnitAnswer, ...]
    next_cursor: str | None


async def create(ctx: Context, body: CreateBusinessUnitRequest) -> BusinessUnitAnswer:
    """Make a unit; raise FieldsRefused (107) for an organisation that is not there for the caller."""
    organization_id = await hold_registered(ctx, body.organization_id)
    now = ctx.clock.now_ms()
    made = BusinessUnit(id=new_id(ctx.clock), organization_id=organization_id, name=body.name, created_at=now, updated_at=now)
    await store.insert_business_unit(ctx.tx, made)
    record(ctx, "business_unit.created", made.id)
    return _shown(made)


async def show(ctx: Context, business_unit_id: str) -> BusinessUnitAnswer:
    """Return a unit."""
    return _shown(await BUSINESS_UNIT.get(ctx, business_unit_id))


async def list_page(ctx: Context, request: Request) -> BusinessUnitPage:
    """Return a page of the units that the caller reaches."""
    found, cursor = await BUSINESS_UNIT.list_page(ctx, request)
    return BusinessUnitPage(items=tuple(map(_shown, found)), next_cursor=cursor)


async def change(ctx: Context, business_unit_id: str, body: ChangeBusinessUnitRequest) -> BusinessUnitAnswer:
    """Rename a unit."""
    was = await BUSINESS_UNIT.hold(ctx, business_unit_id)
    becomes = msgspec.structs.replace(was, name=body.name, updated_at=ctx.clock.now_ms())
    await store.change_business_unit(ctx.tx, becomes)
    record(ctx, "business_unit.changed", becomes.id)
    return _shown(becomes)


def _shown(found: BusinessUnit) -> BusinessUnitAnswer:
    return BusinessUnitAnswer(
        business_unit_id=found.id,
        organization_id=found.organization_id,
        name=found.name,
        created_at=moment(found.created_at),
        updated_at=moment(found.updated_at),
    )
